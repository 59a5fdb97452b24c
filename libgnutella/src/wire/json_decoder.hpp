#pragma once

#include "wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string_view>

namespace gnutella::wire {

struct DecodeLimits {
    std::size_t max_message_size = 64 * 1024;
    std::size_t max_nesting = 8;
    std::size_t max_results = 64;
    std::size_t max_hosts = 10;
};

/// Why bytes are no message. docs/json-dialect.md, "Bad input": each of these ends the session.
enum class Malformed : std::uint8_t {
    not_json,       ///< not JSON, or not an object, or not UTF-8
    too_large,      ///< longer than DecodeLimits::max_message_size
    too_deep,       ///< nested deeper than DecodeLimits::max_nesting
    missing_field,  ///< no `type`, or no `id` where one is needed
    wrong_kind,     ///< a value of the wrong kind, or out of its range
};

/// The reason that a BYE gives for it: a short sentence.
std::string_view reason_of(Malformed malformed) noexcept;

/// Cuts a stream of JSON objects into messages and decodes them. It keeps no bytes: only how far it has looked into the
/// object at the front, so that an object that comes a byte at a time costs no more than one that comes at once.
class JsonDecoder {
  public:
    explicit JsonDecoder(DecodeLimits limits = {});
    ~JsonDecoder();
    JsonDecoder(JsonDecoder&&) noexcept;
    JsonDecoder& operator=(JsonDecoder&&) noexcept;

    enum class Outcome : std::uint8_t {
        message,       ///< `out` holds the next message
        unknown_type,  ///< an object of a type that we do not know; passed over
        incomplete,    ///< more bytes are needed
        malformed,     ///< see Step::problem; the stream is of no more use
    };
    struct Step {
        Outcome outcome = Outcome::incomplete;
        /// Bytes at the front that are done with. For `incomplete` these are white space only: call again with the
        /// rest, at the same place or moved elsewhere, and what has come after it.
        std::size_t consumed = 0;
        Malformed problem = Malformed::not_json;
    };

    /// Takes the next message from the front of `bytes`.
    /// @param memory holds what cannot be a view into `bytes`: texts with escapes, and lists.
    /// @param out valid, after Outcome::message, as long as `bytes` and `memory`.
    Step next(std::string_view bytes, std::pmr::memory_resource& memory, Message& out);

  private:
    struct State;
    Step decode_object(std::string_view object, std::pmr::memory_resource& memory, Message& out);

    std::unique_ptr<State> state_;
};

}  // namespace gnutella::wire
