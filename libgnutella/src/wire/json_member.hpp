#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnutella::wire {

/// The members of a message that mean something here, of whatever type it is. docs/json-dialect.md, "The messages".
enum class JsonMember : std::uint8_t {
    type,
    host,
    port,
    id,  // all messages
    version,
    agent,
    peer,  // who sends it
    files,
    bytes,
    hosts,  // PONG
    file,
    urn,
    ttl,
    hops,
    reply,  // QUERY
    has_file,
    results,
    transports,  // QUERY-HIT
    code,
    reason,  // BYE
    none,    // any other
};
inline constexpr std::size_t json_member_count = static_cast<std::size_t>(JsonMember::none);

/// The members of one element of `results`.
enum class JsonResultMember : std::uint8_t { name, size, urn, none };
inline constexpr std::size_t json_result_member_count = static_cast<std::size_t>(JsonResultMember::none);

/// The value of a member, as far as it is of interest: lists are kept elsewhere.
struct JsonValue {
    enum class Kind : std::uint8_t {
        absent,
        null,
        boolean,
        integer,       ///< from 0 to 2^64 - 1
        huge_integer,  ///< 2^64 or more
        other_number,  ///< negative, or with a fraction or an exponent
        text,
        list,
        bad_list,  ///< a list with an element of the wrong kind
        object,
    };
    Kind kind = Kind::absent;
    bool boolean = false;
    std::uint64_t integer = 0;
    /// A string's content, or a number as it is written.
    std::string_view text{};
};

// Comparing by length first lets the compiler make each comparison one of machine words.

constexpr JsonMember json_member_named(std::string_view key) noexcept {
    using enum JsonMember;
    switch (key.size()) {
        case 1:
            return key == "v" ? version : none;
        case 2:
            return key == "id" ? id : none;
        case 3:
            return key == "ttl" ? ttl : key == "urn" ? urn : none;
        case 4:
            return key == "type"   ? type
                   : key == "host" ? host
                   : key == "port" ? port
                   : key == "file" ? file
                   : key == "hops" ? hops
                   : key == "peer" ? peer
                   : key == "code" ? code
                                   : none;
        case 5:
            return key == "reply"   ? reply
                   : key == "agent" ? agent
                   : key == "files" ? files
                   : key == "bytes" ? bytes
                   : key == "hosts" ? hosts
                                    : none;
        case 6:
            return key == "reason" ? reason : none;
        case 7:
            return key == "hasFile" ? has_file : key == "results" ? results : none;
        case 10:
            return key == "transports" ? transports : none;
        default:
            return none;
    }
}

constexpr JsonResultMember json_result_member_named(std::string_view key) noexcept {
    using enum JsonResultMember;
    return key == "name" ? name : key == "size" ? size : key == "urn" ? urn : none;
}

/// Longer names are of no known member.
inline constexpr std::size_t max_json_member_name = 10;

}  // namespace gnutella::wire
