#pragma once

#include "wire/gnutella/query_flags.hpp"
#include "wire/ip_address.hpp"
#include "wire/ip_text.hpp"

#include <gnutella/dialect.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/urn.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace gnutella::wire {

// The one message model of both dialects. A decoded message is made of views: they point into the bytes that were
// decoded and into the memory resource that the decoder was given, and end with these.

/// Where the sender of a message says that it listens.
struct Sender {
    std::string_view host;
    std::uint16_t port = 0;
    /// In the binary dialect, in place of `host`.
    std::optional<IpAddress> address{};

    /// The host as a text, whichever way it came.
    /// @param room holds the text, when there is none yet.
    std::string_view host_text(IpText& room) const {
        if (!host.empty() || !address) {
            return host;
        }
        room = IpText(*address);
        return room.view();
    }
};

/// What a PING and a PONG tell of who sends them. A legacy peer tells nothing.
struct Introduction {
    /// Version of the extensions; 0 is a legacy peer.
    std::uint32_t version = 0;
    std::string_view agent;
    std::optional<Guid> peer;
};

// `extensions` below are bytes of the binary dialect as they came: they are written as they are, so that those that we
// do not know survive. wire/gnutella/ has readers and writers for them. In JSON they are empty.

struct Ping {
    Sender from;
    Introduction introduction;
    /// GGEP blocks.
    std::string_view extensions{};
};

struct Pong {
    Sender from;
    Introduction introduction;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    /// "host:port" of peers that the sender knows; not checked. In the binary dialect they are in `extensions`.
    std::pmr::vector<std::string_view> hosts;
    /// GGEP blocks.
    std::string_view extensions{};
};

/// Bytes of a query's text in JSON.
inline constexpr std::size_t max_query_length = 1024;
/// Results of a hit in JSON.
inline constexpr std::size_t max_json_results = 64;

struct Query {
    /// Where the asker takes answers: its inbox.
    Sender asker;
    std::string_view text;
    std::optional<Urn> urn;
    /// Whether hits go back hop by hop. Not so for legacy askers, which take one raw datagram.
    bool routed = false;
    QueryFlags flags{};
    /// Whether the asker wants to be told the URNs of what is found (HUGE, 4.1).
    bool wants_urns = false;
    /// All that stands behind the text: HUGE, XML and GGEP.
    std::string_view extensions{};
};

struct Result {
    std::string_view name;
    std::uint64_t size = 0;
    std::optional<Urn> urn;
    /// The number by which the peer that has the file can be asked for it.
    std::uint32_t index = 0;
    /// All that stands behind the name: HUGE, GGEP and plain text.
    std::string_view extensions{};
};

/// How a file can be had, as bits: 1 << Transport.
class TransportSet {
  public:
    constexpr TransportSet() = default;
    constexpr void add(Transport transport) {
        bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(transport));
    }
    constexpr bool has(Transport transport) const { return (bits_ >> static_cast<unsigned>(transport) & 1U) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    friend constexpr bool operator==(TransportSet, TransportSet) = default;

  private:
    std::uint8_t bits_ = 0;
};

/// What a hit says of the peer that it comes from; nullopt where it does not say (Gnutella 0.6, 2.2.6).
struct ServentState {
    /// It cannot be connected to, and must be sent a Push.
    std::optional<bool> firewalled;
    /// All its upload slots are taken.
    std::optional<bool> busy;
    std::optional<bool> has_uploaded;
    /// Whether the speed that it tells was measured, not set by its user.
    std::optional<bool> speed_measured;

    friend bool operator==(const ServentState&, const ServentState&) = default;
};

/// Of those that a hit names; further ones are passed over.
inline constexpr std::size_t max_push_proxies = 16;

struct QueryHit {
    /// Where the peer that has the files listens.
    Sender from;
    /// All that a legacy peer says; true for ours when there are results.
    bool has_file = false;
    std::optional<Guid> peer;
    TransportSet transports;
    /// Empty from a legacy peer.
    std::pmr::vector<Result> results;
    /// Of the peer that has the files.
    std::optional<KeyHash> key{};
    /// In kB/s, as the peer claims.
    std::uint32_t speed = 0;
    /// Four letters that say which program it is; empty when it does not say.
    std::string_view vendor{};
    ServentState state{};
    /// GGEP blocks of the trailer.
    std::string_view extensions{};
    /// Metadata, as it came: passed by.
    std::string_view xml{};
    /// The program of that peer. In the binary dialect `vendor` says it.
    std::string_view client{};
    /// "host:port" of who passes a Push on to that peer; not checked. In the binary dialect they are in `extensions`.
    std::pmr::vector<std::string_view> push_proxies{};
};

/// Asks a peer that cannot be connected to to connect itself and offer a file (Gnutella 0.6, 2.2.8).
struct Push {
    /// Who is asked: the `peer` of the hit.
    Guid target;
    std::uint32_t index = 0;
    /// Where it is to connect to.
    Sender to;
    /// GGEP blocks.
    std::string_view extensions{};
};

struct Bye {
    std::uint16_t code = 0;
    std::string_view reason;
    /// Lines of headers behind the reason, as they came; the binary dialect's.
    std::string_view headers{};
};

/// A message between neighbours that one program invented ("Framework for Vendor-specific Messages").
struct VendorMessage {
    /// Four letters, or four zeros.
    std::array<char, 4> vendor{};
    std::uint16_t selector = 0;
    std::uint16_t version = 0;
    std::string_view payload;
};

/// The neighbour's query routing table begins anew, empty (Query Routing 0.6, "Gnutella Protocol Changes").
struct RouteTableReset {
    /// Of its entries: a power of two.
    std::uint32_t length = 0;
    /// The value of an entry that stands for nothing.
    std::uint8_t infinity = 0;
};

/// A part of what changes in it.
struct RouteTablePatch {
    std::uint8_t number = 0;
    std::uint8_t count = 0;
    static constexpr std::uint8_t no_compressor = 0;
    static constexpr std::uint8_t zlib_compressor = 1;
    std::uint8_t compressor = no_compressor;
    std::uint8_t entry_bits = 0;
    std::string_view data;
};

/// In JSON there are the first five.
using Body = std::variant<Ping, Pong, Query, QueryHit, Bye, Push, VendorMessage, RouteTableReset, RouteTablePatch>;

/// A part of Message::raw.
struct Span {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    bool empty() const { return length == 0; }
};

struct Message {
    /// The message's name in here: of a UUID its bytes, of any other id the first 16 bytes of its SHA-1, of none nil.
    Guid id;
    /// The id as it was written, for the answer. Empty when there was none (or null), and in the binary dialect.
    std::string_view id_text;
    std::uint8_t ttl = 0;
    std::uint8_t hops = 0;
    Body body;
    /// The one that it came in, and is sent on in.
    Dialect dialect = Dialect::json;
    /// The bytes of the whole message, from brace to brace or from header to end: what is sent on. Unknown fields
    /// survive in it.
    std::string_view raw;
    /// Where raw writes TTL and hops: digits in JSON, else a byte. Empty where it does not (a legacy peer's query).
    Span ttl_text;
    Span hops_text;

    /// A legacy peer's query has no TTL, and is sent on byte for byte.
    bool carries_ttl() const { return !ttl_text.empty(); }
};

}  // namespace gnutella::wire
