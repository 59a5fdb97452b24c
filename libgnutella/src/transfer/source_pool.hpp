#pragma once

#include "transfer/source_id.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace gnutella::transfer {

/// Whether a hit can be fetched at all: it has the content, or names it and a way to get it that is among `ways`. One
/// that names no way, as a magnet link's, is had over HTTP.
bool is_usable(const Hit& hit, std::span<const Transport> ways) noexcept;

/// Bytes of the file that a hit offers.
std::uint64_t size_of(const Hit& hit) noexcept;

/// The sources of one download: who may be asked now, who again and when, who never again. Of those that may be asked
/// the one that has failed least often in a row comes first, of these the one added first.
class SourcePool {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Policy {
        /// Times that a source that failed is tried again.
        std::size_t retries = 2;
        /// The first wait before that; doubled each time.
        std::chrono::milliseconds retry_interval{500};
        /// How files can be had.
        std::vector<Transport> ways{Transport::http};
    };

    /// Sources remembered; more are forgotten.
    static constexpr std::size_t max_sources = 1'000;

    SourcePool(const Urn& urn, Policy policy) : urn_(urn), policy_(std::move(policy)) {}

    /// Who says that a source has the file.
    enum class Word : std::uint8_t {
        its_own,    ///< it says so itself: a hit
        of_others,  ///< another source does, and the key may be wrong
    };

    /// Adds a source, unless it is unusable, known already, or names another file: what all but the first offer must
    /// be known to be the same by hash. One known by the word of others is believed when it speaks for itself.
    void add(const Hit& hit, Word word = Word::its_own);

    /// One that is not at work and may be asked now.
    std::optional<SourceId> due(TimePoint now) const noexcept;
    /// When the next one may be asked; TimePoint::max() when none waits.
    TimePoint next_due() const noexcept;

    const Hit& hit(SourceId source) const { return sources_.at(source).hit; }
    Word word(SourceId source) const { return sources_.at(source).word; }
    std::size_t size() const noexcept { return sources_.size(); }

    /// It is asked from now on, until one of the three that follow.
    void begin(SourceId source) { sources_.at(source).at_work = true; }
    /// It ended without a fault, and may be asked again at once.
    void ended(SourceId source) { sources_.at(source).at_work = false; }
    /// It failed. @return whether it was struck off, for failing too often or in a way that will not get better.
    bool failed(SourceId source, const error_code& error, TimePoint now);
    /// It wants to be asked later, or has nothing that is needed at present: no fault.
    void postpone(SourceId source, const error_code& reason, TimePoint until);

    /// What went wrong with a source.
    struct Failure {
        SourceId source = 0;
        error_code error;
        /// It is asked no more.
        bool struck = false;
        friend bool operator==(const Failure&, const Failure&) = default;
    };
    /// What went wrong since the last call.
    std::vector<Failure> take_failures() { return std::exchange(failures_, {}); }

    // ---- how long the file is: a claim, until a tree or a hash has shown it ----

    /// The size that most of those not struck off claim for themselves, of as many the one named first; nullopt when
    /// none is left. That a file is empty is believed only when nobody says otherwise.
    /// @param without sizes that are not to be given.
    std::optional<std::uint64_t> likely_size(const std::set<std::uint64_t>& without = {}) const;
    /// From now on only those are asked whose answers do not contradict this size; nullopt: all.
    void agree_on(std::optional<std::uint64_t> size);
    const std::optional<std::uint64_t>& agreed_size() const noexcept { return size_; }
    /// A source's own answer says that its file has this size, whatever others have said of it before. @return false
    /// when it has said something else before, or the size is known: then it is a liar.
    bool says_size(SourceId source, std::uint64_t size);
    /// The size that was agreed on is right: it is of no use who has a file of another.
    void size_is_proven();
    bool has_proven_size() const noexcept { return proven_; }
    /// A size that a source's answer told, other than the agreed one, which is not proven: that of most, and of one
    /// that may be asked now where there is one.
    std::optional<std::uint64_t> disputed_size(TimePoint now) const;
    /// Those that claim this size are struck off.
    void strike_size(std::uint64_t size);
    /// Whether everything may be fetched anew because a source has a shorter file than what came from others: once for
    /// each source, for either may be wrong. What came is nobody's merit then.
    bool may_begin_anew(SourceId source);

    /// How long to leave a source alone that has nothing of what is missing, but may have more later: twice as long
    /// each time, until it progresses.
    std::chrono::milliseconds look_again(SourceId source);

    /// It does well: what it failed before is forgotten.
    void progressed(SourceId source) {
        sources_.at(source).failures = 0;
        sources_.at(source).looks = 0;
    }
    /// Bytes of the file came from it.
    void contributed(SourceId source) { sources_.at(source).contributed = true; }
    /// Bytes of the file came from who knows where: an earlier download left them.
    void contributed_before() noexcept { from_before_ = true; }

    /// Who lied was said by a tree that was a lie itself: those who were struck off for it are back, and all is to be
    /// fetched again.
    void forgive_liars();
    /// The file is whole and wrong, and there was no tree to know who lied; all of it is to be fetched again. Where
    /// several may be to blame, each gets a second chance, once; else who contributed is struck off.
    void hash_was_wrong();

    /// Those not struck off that do not contradict the size agreed on.
    std::size_t usable() const noexcept;
    bool is_exhausted() const noexcept { return usable() == 0; }
    /// Why none is left: what the last one failed with, or no_source.
    const error_code& last_error() const noexcept { return last_error_; }

    /// Those that bytes came from since the start, or the last wrong hash.
    std::vector<Endpoint> contributors() const;
    /// The greatest size that a source not struck off claims.
    std::uint64_t greatest_size() const noexcept;
    /// All that are known, as they were added.
    std::vector<Hit> hits() const;

  private:
    struct Source {
        Hit hit;
        Word word = Word::its_own;
        std::size_t failures = 0;
        std::size_t looks = 0;  // in a row, that were of no use
        TimePoint not_before = TimePoint::min();
        bool at_work = false;
        bool struck = false;
        bool lied = false;  // why it was struck
        bool contributed = false;
        bool has_said_size = false;  // itself, in an answer: hit.size
        bool began_anew = false;
    };

    bool contradicts(const Source& source) const noexcept {
        return size_ && source.has_said_size && source.hit.size != *size_;
    }
    void strike(Source& source, const error_code& error);
    bool is_usable_now(const Source& source) const noexcept { return !source.struck && !contradicts(source); }

    Urn urn_;
    Policy policy_;
    std::vector<Source> sources_;
    std::optional<std::uint64_t> size_;  // that was agreed on
    bool proven_ = false;
    bool from_before_ = false;
    bool began_anew_ = false;
    error_code last_error_ = Error::no_source;
    std::vector<Failure> failures_;
};

}  // namespace gnutella::transfer
