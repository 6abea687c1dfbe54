// Readiness from the state of the controls.
#include "features/health/rules.h"

#include <algorithm>

namespace gatehouse::health {

bool is_ready(std::vector<domain::ControlState> const& controls)
{
    return std::ranges::all_of(controls, [](auto const& control) {
        return control.works || !control.needed;
    });
}

Control view_of(domain::ControlState const& control)
{
    Control view;
    view.name = control.name;
    view.state = control.works ? "ok" : "degraded";
    if (!control.works && control.needed)
        view.state = "broken";
    view.detail = control.detail;
    return view;
}

} // namespace gatehouse::health
