// The command line.
#include "app/commands.h"
#include "app/config.h"
#include "core/text.h"

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using gatehouse::app::help_of_settings;

struct Command {
    char const* name;
    char const* help;
    int (*run)(std::vector<std::string> const&);
    char const* usage; // what follows the name, line by line; null: settings alone
};

constexpr char const* org_usage = R"(
  create --name NAME --owner-email EMAIL [--owner-name NAME] [--password-stdin] [--json]
      an organization and its owner, who can sign in at once; the password is asked for on the
      terminal, or is the one line of standard input
  list [--limit N] [--after ID] [--json]
  ip-rules ID [--remove RULE | --remove-all] [--json]
      the rules by which the organization is entered; the way back in where they shut everybody out

They need the database alone (--database-url, --config) and work while a server runs. --json prints
one JSON document. Exit status: 0 done, 1 not possible, 2 wrong use.)";

constexpr char const* user_usage = R"(
  list [--organization ID] [--email EMAIL] [--limit N] [--after ID] [--json]
  suspend PERSON           ends all sessions at once; the last active owner stays
  reactivate PERSON        lets the person sign in again
  unlock PERSON            forgets failed tries: the next right password or code is let in
  reset-two-factor PERSON  takes the second factor away; the password alone signs in

PERSON is ID, or --email EMAIL with --organization ID where several organizations have the address;
--json prints the person as they are then. These commands need the database alone (--database-url,
--config) and work while a server runs. Exit status: 0 done, 1 not possible, 2 wrong use.)";

constexpr char const* keys_usage = R"(
  list [--json]            every key that is not removed: its state, and from when what may follow
  rotate [--json]          the next safe step: publishes a new key (of GATEHOUSE_SIGNING_ALGORITHM),
                           or lets the published one sign and the one that signed retire; refused
                           with a time while others may not have seen the published key
  remove KID [--json]      a retiring key, once no token of it can be good any more
  remove KID --compromised at once, whatever its state: its tokens end everywhere within a second;
                           where it signed, the published key or a new one signs from now on

rotate and remove need the database and the key-encryption key of the nodes (GATEHOUSE_KEK), list
the database alone. Running nodes take a step up by themselves. Exit status: 0 done, 1 not possible
or not yet, 2 wrong use.)";

constexpr char const* audit_usage = R"(
  verify [--organization ID] [--json]   the ledger's chains in the database, each row of them
  verify BUNDLE [--json]                an exported bundle, a ZIP or its directory, without database
      --kid HEX                         believe this key alone, and those that it was rotated from or to
      --checkpoints PATH                hold the chains against checkpoints that were kept outside
                                        (GATEHOUSE_AUDIT_CHECKPOINTS): what was cut off is found
      --strict                          rows that were sealed long after their own moment are bad
  rotate-key [--json]                   a new key signs checkpoints from now on; the old one is known
                                        to all that verify, and has signed who follows it

A database is verified with the key-encryption key of the nodes (GATEHOUSE_KEK), which tells their
keys from others, or with --kid. Verifying changes nothing and works while a server runs. The first
bad row of each chain is named. Exit status: 0 all is as it was sealed, 1 it is not, 2 wrong use.)";

constexpr char const* policy_usage = R"(
  print permissions.csv | resource-types.toml   the shipped file, to begin from
  check DIR                                     judges a folder as `serve --policy-dir DIR` would

A running server takes the folder's permissions.csv anew on SIGHUP; a bad one is refused with the
line and the cause, and the old one stays. Exit status: 0 done, 2 wrong use or a bad policy.)";

constexpr Command commands[] = {
    {"serve",
     "serve requests until SIGTERM; applies missing migrations first",
     gatehouse::app::serve,
     nullptr},
    {"migrate",
     "bring the database to this version; --check only says what is missing",
     gatehouse::app::migrate,
     nullptr},
    {"config",
     "`config print` shows every setting and where it came from",
     gatehouse::app::config,
     nullptr},
    {"org", "create and list organizations", gatehouse::app::organization_commands, org_usage},
    {"user",
     "list, suspend, reactivate and unlock people, and take second factors away",
     gatehouse::app::user_commands,
     user_usage},
    {"keys",
     "list, rotate and remove the keys that sign tokens",
     gatehouse::app::signing_key_commands,
     keys_usage},
    {"audit",
     "verify the ledger of a database or of an exported bundle",
     gatehouse::app::audit_commands,
     audit_usage},
    {"policy",
     "print the shipped policy, or judge a folder with one",
     gatehouse::app::policy_command,
     policy_usage},
    {"version", "print the version", gatehouse::app::version_command, ""},
};

void print_help()
{
    std::puts("usage: gatehouse COMMAND [--setting VALUE …]\n");
    for (auto const& command : commands)
        std::printf("  %-8s %s\n", command.name, command.help);
    std::puts("\ngatehouse COMMAND --help shows the settings.");
}

void print_help(Command const& command)
{
    std::printf("usage: gatehouse %s\n\n%s\n", command.name, command.help);
    if (command.usage)
        std::puts(command.usage);
    else
        std::printf("\n%s", help_of_settings().c_str());
}

bool asks_for_help(std::vector<std::string> const& arguments)
{
    for (auto const& argument : arguments)
        if (argument == "--help" || argument == "-h")
            return true;
    return false;
}

// One problem, one line: libraries break theirs.
std::string one_line(std::string_view text)
{
    std::string line;
    for (auto const letter : gatehouse::trimmed(text)) {
        bool const breaks = letter == '\n' || letter == '\r' || letter == '\t';
        if (!breaks)
            line += letter;
        else if (!line.ends_with(' '))
            line += ' ';
    }
    return line;
}

int run(Command const& command, std::vector<std::string> const& arguments)
{
    if (asks_for_help(arguments)) {
        print_help(command);
        return 0;
    }
    try {
        return command.run(arguments);
    } catch (gatehouse::app::BadConfiguration const& bad) {
        std::fprintf(stderr, "gatehouse: %s\n", one_line(bad.what()).c_str());
        return 2;
    } catch (std::exception const& failure) {
        std::fprintf(stderr, "gatehouse: %s\n", one_line(failure.what()).c_str());
        return 1;
    }
}

} // namespace

int main(int count, char** words)
{
    std::vector<std::string> arguments(words + 1, words + count);
    if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
        print_help();
        return arguments.empty() ? 2 : 0;
    }
    auto const name = arguments.front();
    arguments.erase(arguments.begin());
    for (auto const& command : commands)
        if (name == command.name)
            return run(command, arguments);
    std::fprintf(stderr, "gatehouse: no command %s; see gatehouse --help\n", name.c_str());
    return 2;
}
