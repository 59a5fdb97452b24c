#pragma once

#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/urn.hpp>

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
};

/// What a PING and a PONG tell of who sends them. A legacy peer tells nothing.
struct Introduction {
    /// Version of the extensions; 0 is a legacy peer.
    std::uint32_t version = 0;
    std::string_view agent;
    std::optional<Guid> peer;
};

struct Ping {
    Sender from;
    Introduction introduction;
};

struct Pong {
    Sender from;
    Introduction introduction;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    /// "host:port" of peers that the sender knows; not checked.
    std::pmr::vector<std::string_view> hosts;
};

struct Query {
    /// Where the asker takes answers: its inbox.
    Sender asker;
    std::string_view text;
    std::optional<Urn> urn;
    /// Whether hits go back hop by hop. Not so for legacy askers, which take one raw datagram.
    bool routed = false;
};

struct Result {
    std::string_view name;
    std::uint64_t size = 0;
    std::optional<Urn> urn;
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
};

struct Bye {
    std::uint16_t code = 0;
    std::string_view reason;
};

using Body = std::variant<Ping, Pong, Query, QueryHit, Bye>;

/// A part of Message::raw.
struct Span {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    bool empty() const { return length == 0; }
};

struct Message {
    /// The message's name in here: of a UUID its bytes, of any other id the first 16 bytes of its SHA-1, of none nil.
    Guid id;
    /// The id as it was written, for the answer. Empty when there was none (or null).
    std::string_view id_text;
    std::uint8_t ttl = 0;
    std::uint8_t hops = 0;
    Body body;
    /// The bytes of the whole message, from brace to brace: what is sent on. Unknown fields survive in it.
    std::string_view raw;
    /// Where raw writes TTL and hops; empty where it does not (a legacy peer's query).
    Span ttl_text;
    Span hops_text;

    /// A legacy peer's query has no TTL, and is sent on byte for byte.
    bool carries_ttl() const { return !ttl_text.empty(); }
};

}  // namespace gnutella::wire
