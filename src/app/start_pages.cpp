// Code and constants come out of files, so that nothing is lost when their pages are dropped.
#include "app/start_pages.h"

#include "core/log.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <link.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace gatehouse::app {
namespace {

void forget(std::uintptr_t from, std::uintptr_t size)
{
    auto const page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    auto const first = from / page * page;
    auto const end = (from + size + page - 1) / page * page;
    if (::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED) != 0)
        log::Line(log::Level::debug, "serve.start_pages_stay").with("cause", std::strerror(errno));
}

// Of the program and each library: what is mapped from the file and was never written to. The
// kernel's own has no file.
int forget_of(dl_phdr_info* object, std::size_t, void*)
{
    if (std::string_view(object->dlpi_name).starts_with("linux-"))
        return 0;
    for (int at = 0; at < object->dlpi_phnum; ++at) {
        auto const& segment = object->dlpi_phdr[at];
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0)
            forget(object->dlpi_addr + segment.p_vaddr, segment.p_memsz);
    }
    return 0;
}

} // namespace

void forget_start_pages()
{
    dl_iterate_phdr(forget_of, nullptr); // gives back what forget_of does: always 0
}

} // namespace gatehouse::app
