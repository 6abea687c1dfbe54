// What people change about themselves: their picture, their password.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

using namespace std::string_literals;

constexpr char const* ann = "Ann@example.test";

// The smallest GIF there is: one transparent pixel.
std::string const tiny_gif = "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF!\xF9\x04\x01\0\0\0\0,"
                             "\0\0\0\0\x01\0\x01\0\0\x02\x01"s
    + "D\0;"s;

Call uploading(ServiceWorld& world, std::string const& content)
{
    auto const person = world.add_person(ann);
    Call call = post("/api/users/" + person.id + "/profile-picture");
    call.body = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + content
        + "\r\n--b--\r\n";
    call.content_type = "multipart/form-data; boundary=b";
    return call.as(world.signed_in(person).text("token"));
}

Call looking(ServiceWorld& world)
{
    auto const upload = uploading(world, tiny_gif);
    auto const answer = world.call(upload);
    return get(answer.text("profilePicture")).as(upload.bearer);
}

std::function<Call(ServiceWorld&)> changing(std::string path, bool rightly)
{
    return [path = std::move(path), rightly](ServiceWorld& world) {
        auto const person = world.add_person(ann);
        auto const mine = world.signed_in(person);
        world.signed_in(person); // ends
        auto const current = rightly ? person.password : std::string("not the password");
        return post(path, {{"currentPassword", current}, {"newPassword", "Another-one-77"}})
            .as(mine.text("token"));
    };
}

} // namespace

std::vector<UseCase> profile_use_cases()
{
    auto const updated = "PROFILE_UPDATED 200 success"s;
    return {
        {"picture_upload",
         [](ServiceWorld& world) { return uploading(world, tiny_gif); },
         200,
         {updated},
         200,
         {updated}},
        {"picture_upload_refused",
         [](ServiceWorld& world) { return uploading(world, "%PDF-1.7"); },
         400,
         {},
         400,
         {}},
        {"picture_show", looking, 200, {}, 200, {}},
        {"password_change",
         changing("/api/v1/auth/change-password", true),
         200,
         {"PASSWORD_CHANGED 200 success"},
         401,
         {"LOGIN_FAILURE 401 failure"}},
        {"password_change_wrong",
         changing("/api/users/me/password", false),
         401,
         {"LOGIN_FAILURE 401 failure"},
         401,
         {"LOGIN_FAILURE 401 failure"}},
    };
}

} // namespace gatehouse::testing
