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
    reply,       // QUERY
    firewalled,  // and QUERY-HIT
    has_file,
    results,
    transports,
    key,
    client,
    proxies,  // QUERY-HIT
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

constexpr JsonMember json_member_named(std::string_view name) noexcept {
    using enum JsonMember;
    switch (name.size()) {
        case 1:
            return name == "v" ? version : none;
        case 2:
            return name == "id" ? id : none;
        case 3:
            return name == "ttl" ? ttl : name == "urn" ? urn : name == "key" ? key : none;
        case 4:
            return name == "type"   ? type
                   : name == "host" ? host
                   : name == "port" ? port
                   : name == "file" ? file
                   : name == "hops" ? hops
                   : name == "peer" ? peer
                   : name == "code" ? code
                                    : none;
        case 5:
            return name == "reply"   ? reply
                   : name == "agent" ? agent
                   : name == "files" ? files
                   : name == "bytes" ? bytes
                   : name == "hosts" ? hosts
                                     : none;
        case 6:
            return name == "reason" ? reason : name == "client" ? client : none;
        case 7:
            return name == "hasFile" ? has_file : name == "results" ? results : name == "proxies" ? proxies : none;
        case 10:
            return name == "transports" ? transports : name == "firewalled" ? firewalled : none;
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
