// What must be true of sessions and tokens, said as simply as possible: no database, no stores, no
// caches. The server is compared with it (session_model_test.cpp).
#pragma once

#include "core/time.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::testing {

class SessionModel {
public:
    struct Refresh {
        enum class State { live, rotated, ended } state = State::live;
        Instant rotated_at = {};
        std::size_t successor = 0; // its place in the family
        std::string text;
    };
    struct Session {
        int version = 1; // of the person, at sign-in
        bool ended = false;
        bool reuse_noticed = false;
        Instant last_seen;
        Instant idle_end;
        Instant absolute_end;
        std::vector<Refresh> family;
    };
    struct Token {
        std::size_t session;
        Instant expires;
        std::string text;
    };

    Duration window{0}; // the retry window
    Instant now;
    int version = 1;
    bool suspended = false;
    std::vector<Session> sessions;
    std::vector<Token> tokens;

    bool is_live(std::size_t session) const
    {
        auto const& one = sessions[session];
        return !one.ended && !suspended && one.version == version && now < one.idle_end
            && now < one.absolute_end;
    }
    bool is_alive(Token const& token) const
    {
        return now < token.expires && is_live(token.session);
    }

    void sign_in(std::string refresh)
    {
        sessions.push_back({.version = version});
        auto& made = sessions.back();
        made.last_seen = now;
        made.idle_end = now + 24h * 7;
        made.absolute_end = now + 24h * 30;
        made.family.push_back({.text = std::move(refresh)});
    }
    void use(std::size_t session) // by a bearer that was let in
    {
        auto& one = sessions[session];
        if (now - one.last_seen < 1min)
            return;
        one.last_seen = now;
        move_idle_end(one);
    }
    void end(std::size_t session)
    {
        sessions[session].ended = true;
        for (auto& token : sessions[session].family)
            if (token.state == Refresh::State::live)
                token.state = Refresh::State::ended;
    }
    void end_all()
    {
        for (std::size_t each = 0; each < sessions.size(); ++each)
            end(each);
    }
    void reset()
    {
        end_all();
        ++version;
    }

    enum class Answer { rotates, repeats, refused };
    // `which` of the family is presented by the device of the rotation. Where it rotates, the
    // caller says what came out by rotated().
    Answer refresh(std::size_t session, std::size_t which)
    {
        auto& token = sessions[session].family[which];
        if (token.state == Refresh::State::ended)
            return Answer::refused;
        if (token.state == Refresh::State::rotated) {
            if (may_repeat(sessions[session], token))
                return is_live(session) ? Answer::repeats : Answer::refused;
            notice_reuse(session);
            return Answer::refused;
        }
        if (now >= sessions[session].absolute_end || !is_live(session))
            return Answer::refused;
        return Answer::rotates;
    }
    void rotated(std::size_t session, std::size_t which, std::string text)
    {
        auto& one = sessions[session];
        one.family[which].state = Refresh::State::rotated;
        one.family[which].rotated_at = now;
        one.family[which].successor = one.family.size();
        one.family.push_back({.text = std::move(text)});
        one.last_seen = now;
        move_idle_end(one);
    }

private:
    void move_idle_end(Session& one) const // at most once a day
    {
        auto const end = std::min(now + 24h * 7, one.absolute_end);
        if (one.idle_end + 24h < end)
            one.idle_end = end;
    }
    bool was_just_rotated(Refresh const& token) const
    {
        return token.state == Refresh::State::rotated && window > Duration(0)
            && now - token.rotated_at <= window;
    }
    bool may_repeat(Session const& one, Refresh const& token) const
    {
        auto const& next = one.family[token.successor];
        bool const lives = next.state == Refresh::State::live && now < one.absolute_end;
        return was_just_rotated(token) && (lives || was_just_rotated(next));
    }
    void notice_reuse(std::size_t session)
    {
        end(session);
        if (!sessions[session].reuse_noticed)
            ++version;
        sessions[session].reuse_noticed = true;
    }
};

} // namespace gatehouse::testing
