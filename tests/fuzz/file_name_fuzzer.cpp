#include "require.hpp"
#include "transfer/file_name.hpp"
#include "utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// A name that a stranger gave a file: what it is saved under names a file in the folder itself, can be seen and shown,
// and leaves room for what is added to it. Making it safe twice changes nothing more.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    static const Urn urn{TigerRoot{}};
    const std::string safe = transfer::safe_file_name({reinterpret_cast<const char*>(data), size});
    require(transfer::is_plain_file_name(safe), "it names a file in the folder");
    require(safe.size() <= transfer::max_safe_name, "it leaves room");
    require(safe.front() != '.', "it is not hidden");
    require(is_utf8(safe) && is_one_line(safe), "it can be shown");
    require(transfer::safe_file_name(safe) == safe, "safe stays safe");
    require(transfer::is_plain_file_name(transfer::part_file_name(safe, urn)), "its part is one too");
    require(transfer::part_file_name(safe, urn).ends_with(transfer::part_file_suffix(urn)), "its part is found again");
    const std::string numbered = transfer::numbered_name(safe, 9'999);
    require(transfer::is_plain_file_name(numbered) && is_utf8(numbered) && numbered != safe,
            "so is another of that name");
    return 0;
}
