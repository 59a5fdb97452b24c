#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::transfer {

/// What a DIME record's type is written as (draft-nielsen-dime-02, 3.2.4).
enum class DimeTypeFormat : std::uint8_t {
    unchanged = 0,   ///< of a chunk: that of the first one
    media_type = 1,  ///< as in "text/xml"
    uri = 2,
    unknown = 3,
    none = 4,
};

/// One of the things that a DIME message carries.
struct DimeRecord {
    DimeTypeFormat type_format = DimeTypeFormat::none;
    std::string type;
    std::string id;
    std::string data;

    friend bool operator==(const DimeRecord&, const DimeRecord&) = default;
};

/// The records of a DIME message in their order, those that come in chunks put together. Options are passed over; what
/// follows the last record is not regarded. It takes no more memory than the message does.
/// @param max_records a message that has more is refused.
/// @return nullopt when it is not well-formed or not whole.
std::optional<std::vector<DimeRecord>> read_dime(std::span<const std::byte> message, std::size_t max_records);

/// A DIME message of these records, none of which may be `unchanged`, nor its type or id longer than 65,535 bytes.
std::string write_dime(std::span<const DimeRecord> records);

}  // namespace gnutella::transfer
