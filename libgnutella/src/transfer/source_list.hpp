#pragma once

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace gnutella::transfer {

/// Whether a hit can be fetched at all: it has the content, or names it and a way to get it that we know.
bool is_usable(const Hit& hit) noexcept;

/// The sources of one download, and which of them is asked next: of those not struck off the one that has failed least
/// often in a row, the first added first. So one that stalls, and takes a whole timeout to fail, is left for another at
/// once, and comes back only when the others have failed too.
class SourceList {
  public:
    /// @param urn what is fetched. @param retries times that a source that failed is tried again.
    SourceList(const Urn& urn, std::size_t retries) : urn_(urn), retries_(retries) {}

    /// Adds a source, unless it is unusable, known already, or names another file: what all but the first offer must
    /// be known to be the same by hash.
    void add(const Hit& hit);

    /// The source to ask; nullptr when none is left. Valid until the next call of another function.
    const Hit* current() const noexcept;

    /// The greatest size that a source left claims.
    std::uint64_t greatest_size() const noexcept;

    /// The current source failed.
    /// @return how often the one to be asked next has failed in a row, for waiting before it is tried again; nullopt
    /// when there is nothing to wait for: it has not failed yet, or there is none.
    std::optional<std::size_t> failed(const error_code& error);

    /// The current source does well: what it failed before is forgotten.
    void progressed();

    /// Bytes of the file came from the current source.
    void contributed();

    /// Bytes of the file came from who knows where: an earlier download left them.
    void contributed_before() noexcept { from_before_ = true; }

    /// The file is whole and wrong; all of it is to be fetched again. Where several may be to blame, each gets a second
    /// chance, once; else who contributed is struck off.
    void hash_was_wrong();

    /// Those that bytes came from since the start, or the last wrong hash.
    std::vector<Endpoint> contributors() const;

    /// Why none is left: what the last one failed with, or no_source.
    const error_code& last_error() const noexcept { return last_error_; }

  private:
    struct Source {
        Hit hit;
        std::size_t failures = 0;
        bool struck = false;
        bool contributed = false;
    };
    const Source* find_current() const noexcept;
    Source* find_current() noexcept;

    Urn urn_;
    std::size_t retries_;
    std::vector<Source> sources_;
    bool from_before_ = false;
    bool began_anew_ = false;
    error_code last_error_ = Error::no_source;
};

}  // namespace gnutella::transfer
