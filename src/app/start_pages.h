// The pages of code that only the start needed, given back to the kernel.
#pragma once

namespace gatehouse::app {

// Once, when the start is over. What is needed again comes back from the page cache by itself.
void forget_start_pages();

} // namespace gatehouse::app
