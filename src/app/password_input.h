// A password from the terminal or from standard input, never from the command line.
#pragma once

#include "core/secret.h"

namespace gatehouse::app {

// One line of standard input without its line break. Throws BadConfiguration.
SecretString password_from_input();

// Asked twice on the terminal, unseen. Throws BadConfiguration where standard input is none.
SecretString password_from_terminal();

} // namespace gatehouse::app
