// What is said to agents, and what they say.
#pragma once

#include <boost/describe/class.hpp>

#include <string>
#include <vector>

namespace gatehouse::ai_agents {

struct AgentView {
    std::string id;
    std::string name;
    std::string description;
};
BOOST_DESCRIBE_STRUCT(AgentView, (), (id, name, description))

using AgentList = std::vector<AgentView>;

struct MessageRequest {
    std::string message; // 1 to 2000 characters
};
BOOST_DESCRIBE_STRUCT(MessageRequest, (), (message))

struct AnswerView {
    std::string answer;
};
BOOST_DESCRIBE_STRUCT(AnswerView, (), (answer))

} // namespace gatehouse::ai_agents
