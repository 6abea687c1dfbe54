// Where settings come from: flags before variables before the file, and nothing that nobody knows.
#include "app/config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace gatehouse::app {
namespace {

// The environment without our variables, as long as it lives.
class CleanEnvironment {
public:
    CleanEnvironment()
    {
        for (char** at = environ; *at != nullptr; ++at) {
            std::string const entry(*at);
            if (entry.starts_with("GATEHOUSE_") || entry.starts_with("JWT_SECRET="))
                kept_.emplace_back(
                    entry.substr(0, entry.find('=')), entry.substr(entry.find('=') + 1)
                );
        }
        for (auto const& [name, value] : kept_)
            ::unsetenv(name.c_str());
    }
    ~CleanEnvironment()
    {
        for (auto const& name : set_)
            ::unsetenv(name.c_str());
        for (auto const& [name, value] : kept_)
            ::setenv(name.c_str(), value.c_str(), 1);
    }
    CleanEnvironment(CleanEnvironment const&) = delete;
    CleanEnvironment& operator=(CleanEnvironment const&) = delete;

    void set(std::string const& name, std::string const& value)
    {
        ::setenv(name.c_str(), value.c_str(), 1);
        set_.push_back(name);
    }

private:
    std::vector<std::pair<std::string, std::string>> kept_;
    std::vector<std::string> set_;
};

class Gathering : public ::testing::Test {
protected:
    ~Gathering() override { std::filesystem::remove(file_); }

    void write(std::string const& text) const { std::ofstream(file_) << text; }
    std::string value_of(std::string const& name, std::vector<std::string> flags = {}) const
    {
        return gather(flags).at(name).value;
    }
    std::string with_file(std::string const& name, std::vector<std::string> flags = {}) const
    {
        flags.insert(flags.begin(), "--config=" + file_);
        return value_of(name, std::move(flags));
    }
    static std::string refusal(std::vector<std::string> const& flags)
    {
        try {
            gather(flags);
        } catch (BadConfiguration const& refused) {
            return refused.what();
        }
        return "(accepted)";
    }
    std::string refusal_of_file(std::string const& text) const
    {
        write(text);
        return refusal({"--config", file_});
    }

    CleanEnvironment environment;
    std::string file_ = (std::filesystem::temp_directory_path()
                         / ("gatehouse_config_" + std::to_string(::getpid()) + ".toml"))
                            .string();
};

bool names(std::string const& line, std::string const& part)
{
    return line.find(part) != std::string::npos;
}

TEST_F(Gathering, without_anything_the_defaults_hold)
{
    EXPECT_EQ(value_of("env"), "production");
    EXPECT_EQ(value_of("listen"), "127.0.0.1:8080");
    EXPECT_EQ(value_of("provisioning"), "closed");
    EXPECT_EQ(value_of("rate_limit"), "on");
    EXPECT_EQ(value_of("reset_token_storage"), "hash");
}

TEST_F(Gathering, a_flag_beats_a_variable_and_a_variable_beats_the_file)
{
    write("listen = \"127.0.0.1:1\"\nhash_queue = 11\n");
    EXPECT_EQ(with_file("listen"), "127.0.0.1:1");
    environment.set("GATEHOUSE_LISTEN", "127.0.0.1:2");
    EXPECT_EQ(with_file("listen"), "127.0.0.1:2");
    EXPECT_EQ(with_file("listen", {"--listen", "127.0.0.1:3"}), "127.0.0.1:3");
    EXPECT_EQ(with_file("listen", {"--listen=127.0.0.1:4"}), "127.0.0.1:4");
    EXPECT_EQ(with_file("hash_queue"), "11") << "the rest of the file still counts";
}

TEST_F(Gathering, the_file_may_be_named_by_a_variable_and_its_tables_name_the_same_settings)
{
    write("[limit]\nclient_register = 7\n[sessions]\nmax_active_per_user = 3\n"
          "[database]\nurl = \"sqlite:x.db\"\n");
    environment.set("GATEHOUSE_CONFIG", file_);
    EXPECT_EQ(value_of("limit_client_register"), "7");
    EXPECT_EQ(value_of("sessions_max_active_per_user"), "3");
    EXPECT_EQ(value_of("database_url"), "sqlite:x.db");
}

TEST_F(Gathering, lists_may_be_written_as_lists)
{
    write("trusted_proxies = [\"10.0.0.1\", \"10.0.0.2\"]\n");
    auto const value = with_file("trusted_proxies");
    EXPECT_TRUE(names(value, "10.0.0.1")) << value;
    EXPECT_TRUE(names(value, "10.0.0.2")) << value;
}

TEST_F(Gathering, a_misspelt_variable_refuses_to_start_and_is_named)
{
    environment.set("GATEHOUSE_PROVISIONNG", "open");
    EXPECT_TRUE(names(refusal({}), "GATEHOUSE_PROVISIONNG"));
}

TEST_F(Gathering, jwt_secret_stands_alone)
{
    environment.set("JWT_SECRET", "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(value_of("jwt_secret"), "0123456789abcdef0123456789abcdef");
    environment.set("GATEHOUSE_JWT_SECRET", "x");
    EXPECT_TRUE(names(refusal({}), "GATEHOUSE_JWT_SECRET"));
}

TEST_F(Gathering, unknown_flags_missing_values_and_stray_words_are_refused)
{
    EXPECT_TRUE(names(refusal({"--lisen", "x"}), "--lisen"));
    EXPECT_TRUE(names(refusal({"--listen"}), "--listen needs a value"));
    EXPECT_TRUE(names(refusal({"listen"}), "listen"));
    EXPECT_TRUE(names(refusal({"--"}), "--"));
}

TEST_F(Gathering, a_file_that_cannot_be_understood_is_refused_with_its_place)
{
    EXPECT_TRUE(names(refusal_of_file("listn = \"x\"\n"), "listn"));
    EXPECT_TRUE(names(refusal_of_file("[limit]\nclient_registr = 1\n"), "limit_client_registr"));
    EXPECT_TRUE(names(refusal_of_file("listen = 1.5\n"), "listen"));
    EXPECT_TRUE(names(refusal_of_file("listen = \n"), file_));
    EXPECT_TRUE(names(refusal_of_file("listen = \"a\"\nlisten = \"b\"\n"), "line 2"));
    EXPECT_NE(refusal({"--config", "/nonexistent/gatehouse.toml"}), "(accepted)");
}

TEST_F(Gathering, what_is_printed_names_every_setting_and_hides_every_secret)
{
    environment.set("JWT_SECRET", "secret-one");
    environment.set("GATEHOUSE_KEK", "secret-two");
    environment.set("GATEHOUSE_MAIL", "smtp://ann:secret-three@mail.example.test");
    environment.set("GATEHOUSE_DATABASE_URL", "postgresql://ann:secret-four@db.example.test/x");
    auto const text = printed(gather({}));
    for (auto const& setting : settings())
        EXPECT_TRUE(names(text, std::string(setting.name) + " = ")) << setting.name;
    EXPECT_FALSE(names(text, "secret-")) << text;
    EXPECT_TRUE(names(text, "GATEHOUSE_KEK")) << "where it came from is no secret";
}

} // namespace
} // namespace gatehouse::app
