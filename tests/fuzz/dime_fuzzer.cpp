#include "require.hpp"
#include "transfer/dime.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

// Whatever is read as a DIME message takes no more room than it came in, and is the same after it was written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    constexpr std::size_t max_records = 8;
    const auto records = transfer::read_dime(std::as_bytes(std::span(data, size)), max_records);
    if (!records) {
        return 0;
    }
    std::size_t taken = 0;
    for (const auto& record : *records) {
        taken += record.type.size() + record.id.size() + record.data.size();
    }
    require(!records->empty() && records->size() <= max_records, "there are records, and not too many");
    require(taken <= size, "no more comes out than went in");
    const std::string again = transfer::write_dime(*records);
    require(transfer::read_dime(std::as_bytes(std::span(again)), max_records) == records, "it is read as it was");
    return 0;
}
