#pragma once

#include "net/read_batch.hpp"
#include "wire/decode_step.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/stream_inflater.hpp"
#include "wire/json_decoder.hpp"

#include <gnutella/dialect.hpp>
#include <gnutella/session_info.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace gnutella::net {

/// Makes messages of what comes over one session, in either dialect: undoes compression, cuts, decodes, and keeps what
/// is not whole yet. It keeps no buffer: what is read goes straight into a batch, and a session that waits for its
/// neighbour costs what an unfinished message takes, and a window when it is compressed.
class SessionInput {
  public:
    SessionInput(Dialect dialect, const SessionLayers& layers, const wire::DecodeLimits& limits);

    /// Bytes that came before it was known whose they are: as if they were read first.
    void begin_with(std::string first_bytes);

    /// Fills the batch with messages in what was read earlier, and found no room in a batch. To be called before
    /// anything is read.
    void fill_from_earlier(ReadBatch& batch);

    /// Where the next bytes from the neighbour go, behind what is left of earlier ones.
    std::span<char> room(ReadBatch& batch);

    /// Takes `size` bytes, which were read into room(batch), and fills the batch with the messages in them. The batch
    /// says when they are the last: ReadBatch::malformed.
    void fill(ReadBatch& batch, std::size_t size);

  private:
    void take(ReadBatch& batch, std::size_t size);
    std::size_t inflate(ReadBatch& batch, std::string_view input);
    template <class Decoder>
    void decode(Decoder& decoder, ReadBatch& batch, std::string_view bytes);

    std::variant<wire::JsonDecoder, wire::GnutellaDecoder> decoder_;
    std::optional<wire::StreamInflater> inflater_;
    std::string left_over_;  // the beginning of a message whose end has not come
    std::string unread_;     // came, and is still to be inflated; or the first bytes of all
    bool more_room_wanted_ = false;
};

}  // namespace gnutella::net
