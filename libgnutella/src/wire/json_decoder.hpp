#pragma once

#include "wire/decode_step.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string_view>

namespace gnutella::wire {

/// Cuts a stream of JSON objects into messages and decodes them. It keeps no bytes: only how far it has looked into the
/// object at the front, so that an object that comes a byte at a time costs no more than one that comes at once.
class JsonDecoder {
  public:
    explicit JsonDecoder(DecodeLimits limits = {});
    ~JsonDecoder();
    JsonDecoder(JsonDecoder&&) noexcept;
    JsonDecoder& operator=(JsonDecoder&&) noexcept;

    /// Never `dropped`: in a JSON stream nothing can be trusted after a message that is none.
    using Outcome = DecodeOutcome;
    using Step = DecodeStep;

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
