// What operators decide about risk and places.
#pragma once

#include "app/config.h"
#include "app/setting_reader.h"

namespace gatehouse::app {

// Throws BadConfiguration.
void read_risk(SettingReader const& read, Configuration& made);

} // namespace gatehouse::app
