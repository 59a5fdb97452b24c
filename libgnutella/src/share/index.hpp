#pragma once

#include "share/key_chains.hpp"

#include <gnutella/shared_file.hpp>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::share {

/// What this node shares, by word, name and hash. It does no I/O. One strand owns it: no two calls at once.
///
/// Words that nobody has are turned away by one look into a hash table each, without an allocation, since most of the
/// queries that pass a node find nothing there.
class Index {
  public:
    /// Names a file as long as it is in the index, and no other after that.
    using FileId = std::uint64_t;

    /// Texts longer than this, in bytes, find nothing: no file's name is so long.
    static constexpr std::size_t max_text = 1024;

    /// Adds a file; one of the same path is replaced.
    FileId add(SharedFile file);
    /// Forgets a file, if it is there. Takes constant time, averaged over many calls.
    void remove(const std::filesystem::path& path);
    /// Forgets all files below a folder, at any depth. Looks at every file.
    void remove_below(const std::filesystem::path& folder);
    void clear();

    /// Appends at most `most` files whose names have every word of `text`: one of exactly that name first, then the
    /// shorter names, then by name. A text without any word finds the file of exactly that name.
    void find(std::string_view text, std::size_t most, std::vector<FileId>& found) const;
    /// Appends at most `most` files of exactly that name, byte for byte: how a legacy peer asks (json-dialect.md,
    /// "Searching"). What could be a path, with a separator or "..", finds nothing.
    void find_exact(std::string_view name, std::size_t most, std::vector<FileId>& found) const;
    /// Appends at most `most` files of that content.
    void find_urn(const Urn& urn, std::size_t most, std::vector<FileId>& found) const;

    /// The file of that name whose id has these low 32 bits: all that a request over Gnutella 0.6 can say of it.
    /// @return nullptr when there is none. Valid until the index changes.
    const SharedFile* find_indexed(std::uint32_t index, std::string_view name) const;
    /// Appends at most `most` of the files whose ids follow `after`, ascending.
    void list(FileId after, std::size_t most, std::vector<FileId>& found) const;

    /// @return nullptr when the file is gone. Valid until the index changes.
    const SharedFile* file(FileId id) const;
    /// Every file, in the order in which they were added.
    std::vector<SharedFile> all() const;

    /// Calls `visit(std::string_view)` with every word of a name, and perhaps with some of names that were removed.
    template <class Visit>
    void visit_words(Visit&& visit) const {
        for (const auto& [word, postings] : words_) {
            visit(std::string_view(word));
        }
    }
    /// Calls `visit(const SharedFile&)` with every file.
    template <class Visit>
    void visit_files(Visit&& visit) const {
        for (Record record = 0; record < records_.size(); ++record) {
            if (!is_removed(record)) {
                visit(records_[record]);
            }
        }
    }
    /// Another number after each change.
    std::uint64_t changes() const noexcept { return changes_; }

    std::uint64_t files() const noexcept { return ids_.size() - removed_; }
    /// The size of all files together.
    std::uint64_t bytes() const noexcept { return bytes_; }

  private:
    using Record = KeyChains::Record;
    // Records that have a word, ascending. Half of all words are in a name or two.
    using Postings = boost::container::small_vector<Record, 2>;
    struct WordHash {
        using is_transparent = void;
        using is_avalanching = void;
        std::size_t operator()(std::string_view word) const noexcept { return std::hash<std::string_view>{}(word); }
    };

    class Ranking;
    class Cursor;

    bool is_removed(Record record) const noexcept { return name_lengths_[record] == 0; }
    Record find_path(const std::filesystem::path& path) const;
    void find_name(std::string_view name, std::size_t most, std::vector<FileId>& found) const;
    void remove_record(Record record);
    void compact_when_worthwhile();
    void renumber_postings();
    void chain(const SharedFile& file);

    // A record keeps its number, and its place in postings and chains, when its file is removed; when most are so, all
    // are numbered anew. That makes removal cheap and keeps postings in order without ever inserting in their middle.
    std::deque<SharedFile> records_;
    std::vector<FileId> ids_;                  // of each record, ascending
    std::vector<std::uint16_t> name_lengths_;  // of each record; 0 when it is removed
    std::uint64_t removed_ = 0;
    std::uint64_t bytes_ = 0;
    FileId next_id_ = 1;
    std::uint64_t changes_ = 0;

    boost::unordered_flat_map<std::string, Postings, WordHash, std::equal_to<>> words_;
    KeyChains paths_;
    KeyChains names_;
    KeyChains sha1s_;
    KeyChains tigers_;
};

}  // namespace gnutella::share
