#pragma once

#include "transfer/byte_range.hpp"
#include "transfer/request_target.hpp"

#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gnutella::transfer {

/// What is asked of a source: bytes of a file of `size` bytes, at least one.
struct PieceRequest {
    Urn urn;
    std::uint64_t first = 0;
    std::uint64_t size = 0;
    /// How many; nullopt: all from `first` to the end of the file.
    std::optional<std::uint64_t> length = {};
    /// The name to ask by, in place of the Urn: see SourceNaming.
    std::optional<IndexedFile> indexed = {};
    /// What the source is told besides: whole header lines.
    std::string fields = {};

    std::uint64_t bytes() const noexcept { return length.value_or(size - first); }
};

/// The head of the request for a piece.
/// @param host the source as its hit names it, "host:port".
std::string request_head(const PieceRequest& request, std::string_view host, std::string_view agent);

/// The head of the request that only asks what the source has of that file.
std::string presence_request_head(const PieceRequest& request, std::string_view host, std::string_view agent);

/// The part of a request's head that does not depend on what is asked: its first line, and who asks whom. More fields
/// and an empty line must follow.
std::string request_line_and_names(std::string_view target, std::string_view host, std::string_view agent);

/// What counts of the head of a source's answer. The views are into the bytes that were parsed.
struct SourceAnswer {
    unsigned status = 0;
    std::optional<std::uint64_t> content_length;
    /// Header values; empty when there are none.
    std::string_view content_range;
    std::string_view transfer_encoding;
    std::string_view content_urn;
    /// How long a busy source wants to be left alone: see poll_delay.
    std::string_view x_queue = {};
    std::string_view retry_after = {};
    /// What the source has, when it is fetching the file itself: see parse_available_ranges.
    std::string_view available_ranges = {};
    /// Where its tree is, and its root: see parse_thex_root.
    std::string_view thex_uri = {};
    /// Who else has the file: see parse_alternate_locations.
    std::string_view alternates = {};
    /// The keys of some of these: see parse_quic_locations.
    std::string_view quic_alternates = {};
    /// Who has it no more: X-NAlt.
    std::string_view former_alternates = {};
};

/// What to do with the body of a source's answer.
struct BodyPlan {
    /// Bytes to throw away first: the source knows no ranges and sends the whole file (200).
    std::uint64_t skip = 0;
    /// Bytes to keep after these; the first of them is the first one asked for. May be fewer than were asked for: some
    /// servents serve files in pieces.
    std::uint64_t keep = 0;

    friend bool operator==(const BodyPlan&, const BodyPlan&) = default;
};

/// The size of the source's file, as its answer says; nullopt when it does not.
std::optional<std::uint64_t> size_told(const SourceAnswer& answer);

/// Judges an answer by what was asked. Errors: source_lacks_file, source_busy, size_mismatch, hash_mismatch (the
/// source says itself that it is another file), source_answer.
std::variant<BodyPlan, Error> check_answer(const SourceAnswer& answer, const PieceRequest& request);

/// Whether an answer says that the source has nothing for us: source_lacks_file, or source_busy, which one that has
/// only a part says too when it is asked for no range. nullopt: it does not say so, or does not understand the
/// question.
std::optional<Error> check_presence(const SourceAnswer& answer);

}  // namespace gnutella::transfer
