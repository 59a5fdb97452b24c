#pragma once

#include "target.hpp"

#include <gnutella/hit.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gnut {

/// One file, and all the hits that offer it.
struct FoundFile {
    /// As its first hit has it.
    std::string name;
    std::uint64_t size = 0;
    /// Nothing when only legacy peers have it.
    std::optional<gnutella::Urn> urn;
    std::vector<gnutella::Hit> sources;
};

/// Whether this hit is for what is wanted: the very name, or the very content.
bool is_exact(const gnutella::Hit& hit, const Target& target);

/// Puts together the hits that are for one file: the same URN and size, or, without a URN, the same name and size. A
/// legacy peer's hit that looks like a file with a URN is that file, but no source for it: it cannot be checked.
std::vector<FoundFile> group_by_file(std::span<const gnutella::Hit> hits);

/// The files that the target can mean: those that match exactly, else all. One asked for by content is never more than
/// one: of several claims about its size, the one with the most sources.
std::vector<FoundFile> matching_files(std::span<const gnutella::Hit> hits, const Target& target);

/// The index of the file that a person chose by its number, from 1, or its URN; nothing when it is neither.
std::optional<std::size_t> pick(std::span<const FoundFile> files, std::string_view choice);

/// One file of a list, with the sources that the others of the list are for it.
FoundFile with_all_sources(std::span<const FoundFile> files, std::size_t index);

/// The sources that a magnet link names, as hits; none when it does not say the size, which a download needs.
std::vector<gnutella::Hit> hits_of(const gnutella::Magnet& magnet);

}  // namespace gnut
