// What people change about themselves: their picture.
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
    };
}

} // namespace gatehouse::testing
