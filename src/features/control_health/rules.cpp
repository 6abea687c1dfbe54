// From what operators see to what everybody may.
#include "features/control_health/rules.h"

#include "domain/control_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace gatehouse::control_health {
namespace {

// From good to bad.
constexpr std::array names{"operating", "unchecked", "degraded", "broken"};

std::size_t badness_of(domain::ControlState const& state)
{
    if (state.works)
        return state.checked_at ? 0 : 1;
    return state.needed ? 3 : 2;
}

} // namespace

HealthView view_of(
    std::vector<domain::ControlState> const& states,
    std::map<std::string, domain::ControlWord> const& told,
    Instant now
)
{
    HealthView view{.generated_at = now, .status = {}, .controls = {}};
    std::size_t worst = 0;
    for (auto const& state : states) {
        auto const badness = badness_of(state);
        worst = std::max(worst, badness);
        ControlView control;
        control.control = state.name;
        control.state = names[badness];
        control.last_checked_at = state.checked_at;
        if (!state.works) {
            auto const said = told.find(state.name);
            if (said != told.end() && !said->second.works)
                control.since = said->second.at;
            control.cause = std::string(domain::what_it_means(state.name));
        }
        view.controls.push_back(std::move(control));
    }
    view.status = names[worst];
    return view;
}

} // namespace gatehouse::control_health
