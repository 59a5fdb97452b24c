#include "net/browse_reader.hpp"

#include "wire/gnutella/hit_extensions.hpp"

#include <array>
#include <memory_resource>
#include <utility>
#include <variant>

namespace gnutella::net {

BrowseReader::BrowseReader(Coding coding, wire::DecodeLimits limits, Endpoint source, std::string client)
    : decoder_(limits), source_(std::move(source)), client_(std::move(client)) {
    if (coding == Coding::deflate) {
        inflater_.emplace();
    }
}

error_code BrowseReader::take(std::string_view bytes, std::vector<Hit>& hits) {
    if (!inflater_) {
        return take_plain(bytes, hits);
    }
    std::array<char, 16 * 1024> room{};
    for (;;) {
        const auto step = inflater_->next(bytes, room);
        bytes.remove_prefix(step.consumed);
        if (const error_code error = take_plain({room.data(), step.produced}, hits)) {
            return error;
        }
        switch (step.outcome) {
            case wire::StreamInflater::Outcome::more_room:
                break;
            case wire::StreamInflater::Outcome::more_input:
                return {};
            case wire::StreamInflater::Outcome::end:
                return bytes.empty() ? error_code{} : error_code(Error::source_answer);
            case wire::StreamInflater::Outcome::bad_data:
            case wire::StreamInflater::Outcome::too_dense:
                return Error::source_answer;
        }
    }
}

error_code BrowseReader::take_plain(std::string_view bytes, std::vector<Hit>& hits) {
    taken_ += bytes.size();
    if (taken_ > max_bytes) {
        return Error::source_answer;
    }
    pending_ += bytes;
    std::string_view rest = pending_;
    error_code error;
    for (bool more = true; more;) {
        std::pmr::monotonic_buffer_resource memory;
        wire::Message message;
        const auto step = decoder_.next(rest, memory, message);
        rest.remove_prefix(step.consumed);
        switch (step.outcome) {
            case wire::DecodeOutcome::message:
                if (const auto* hit = std::get_if<wire::QueryHit>(&message.body)) {
                    take_hit(*hit, hits);
                }
                break;
            case wire::DecodeOutcome::unknown_type:
            case wire::DecodeOutcome::dropped:
                break;
            case wire::DecodeOutcome::malformed:
                error = Error::source_answer;
                more = false;
                break;
            case wire::DecodeOutcome::incomplete:
                more = false;
                break;
        }
    }
    pending_.erase(0, pending_.size() - rest.size());
    return error;
}

void BrowseReader::take_hit(const wire::QueryHit& hit, std::vector<Hit>& hits) const {
    std::pmr::monotonic_buffer_resource memory;
    const auto extensions = wire::read_hit_extensions(hit.extensions, memory);
    for (const wire::Result& result : hit.results) {
        Hit found;
        found.name = result.name;
        found.size = result.size;
        found.urn = result.urn;
        found.source = source_;
        found.peer = hit.peer;
        found.dialect = Dialect::gnutella;
        found.index = result.index;
        found.client = client_;
        found.browsable = true;
        found.tls = extensions.speaks_tls;
        found.transports = {Transport::http};
        hits.push_back(std::move(found));
    }
}

}  // namespace gnutella::net
