#include "share/index.hpp"

#include "words.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <tuple>

namespace gnutella::share {

namespace {

// Below this many removed files, numbering the others anew is not worth the while.
constexpr std::uint64_t min_removed = 1024;

std::uint64_t key_of(std::string_view text) {
    return std::hash<std::string_view>{}(text);
}

// A digest is its own hash. A file without it gets the key that no lookup uses twice.
template <class Digest>
std::uint64_t key_of(const std::optional<Digest>& digest) {
    std::uint64_t key = 0;
    if (digest) {
        std::memcpy(&key, digest->data(), sizeof key);
    }
    return key;
}

bool could_be_path(std::string_view name) {
    return name == "." || name == ".." || name.find_first_of("/\\") != std::string_view::npos;
}

bool is_below(const std::filesystem::path& path, std::string_view folder) {
    const std::string_view text = path.native();
    return text.size() > folder.size() && text.starts_with(folder) &&
           (folder.ends_with('/') || text[folder.size()] == '/');
}

}  // namespace

// Walks through postings, forward only.
class Index::Cursor {
  public:
    explicit Cursor(std::span<const Record> postings) : left_(postings) {}

    // Whether the record is there; asked for with ascending records. Steps grow, so that a long list is crossed
    // in the time that the short one takes.
    bool contains(Record record) {
        std::size_t step = 1;
        while (step < left_.size() && left_[step] < record) {
            step *= 2;
        }
        const auto end = left_.begin() + static_cast<std::ptrdiff_t>(std::min(step + 1, left_.size()));
        const auto place = std::lower_bound(left_.begin(), end, record);
        left_ = left_.subspan(static_cast<std::size_t>(place - left_.begin()));
        return !left_.empty() && left_.front() == record;
    }

  private:
    std::span<const Record> left_;
};

// Keeps the best of what matches. Compares lengths, which lie side by side, before it looks at any name.
class Index::Ranking {
    struct Match {
        std::uint16_t length;
        bool exact;
        Record record;
    };

    bool is_exact(Record record) const {
        return index_.name_lengths_[record] == text_.size() && index_.records_[record].name == text_;
    }

    bool better(const Match& one, const Match& other) const {
        if (one.exact != other.exact) {
            return one.exact;
        }
        if (one.length != other.length) {
            return one.length < other.length;
        }
        const int order = index_.records_[one.record].name.compare(index_.records_[other.record].name);
        return order != 0 ? order < 0 : one.record < other.record;
    }

    auto by_rank() const {
        return [this](const Match& one, const Match& other) { return better(one, other); };
    }

  public:
    Ranking(const Index& index, std::string_view text, std::size_t most) : index_(index), text_(text), most_(most) {}

    void consider(Record record) {
        const Match match{index_.name_lengths_[record], is_exact(record), record};
        if (best_.size() == most_) {
            if (!better(match, best_.front())) {
                return;
            }
            std::pop_heap(best_.begin(), best_.end(), by_rank());
            best_.pop_back();
        }
        best_.push_back(match);
        std::push_heap(best_.begin(), best_.end(), by_rank());
    }

    void take(std::vector<FileId>& found) {
        std::sort_heap(best_.begin(), best_.end(), by_rank());
        for (const Match& match : best_) {
            found.push_back(index_.ids_[match.record]);
        }
    }

  private:
    const Index& index_;
    std::string_view text_;
    std::size_t most_;
    std::vector<Match> best_;  // a heap, the worst of them in front
};

Index::FileId Index::add(SharedFile file) {
    if (const Record same = find_path(file.path); same != KeyChains::none) {
        remove_record(same);
        compact_when_worthwhile();
    }
    const auto record = static_cast<Record>(records_.size());
    const Words words(file.name);
    for (std::size_t word = 0; word < words.size(); ++word) {
        auto place = words_.find(words[word]);
        if (place == words_.end()) {
            place = words_.try_emplace(std::string(words[word])).first;
        }
        if (Postings& postings = place->second; postings.empty() || postings.back() != record) {
            postings.push_back(record);
        }
    }
    chain(file);
    constexpr std::size_t longest = std::numeric_limits<std::uint16_t>::max();
    name_lengths_.push_back(static_cast<std::uint16_t>(std::clamp<std::size_t>(file.name.size(), 1, longest)));
    ids_.push_back(next_id_);
    bytes_ += file.size;
    ++changes_;
    records_.push_back(std::move(file));
    return next_id_++;
}

void Index::remove(const std::filesystem::path& path) {
    if (const Record record = find_path(path); record != KeyChains::none) {
        remove_record(record);
        compact_when_worthwhile();
    }
}

void Index::remove_below(const std::filesystem::path& folder) {
    for (Record record = 0; record < records_.size(); ++record) {
        if (!is_removed(record) && is_below(records_[record].path, folder.native())) {
            remove_record(record);
        }
    }
    compact_when_worthwhile();
}

void Index::clear() {
    const FileId next_id = next_id_;
    const std::uint64_t changes = changes_;
    *this = Index();
    next_id_ = next_id;
    changes_ = changes + 1;
}

void Index::find(std::string_view text, std::size_t most, std::vector<FileId>& found) const {
    if (most == 0 || text.size() > max_text) {
        return;
    }
    const Words words(text);
    if (words.empty()) {
        find_name(text, most, found);
        return;
    }
    boost::container::small_vector<const Postings*, 16> lists;
    for (std::size_t word = 0; word < words.size(); ++word) {
        const auto place = words_.find(words[word]);
        if (place == words_.end()) {
            return;
        }
        lists.push_back(&place->second);
    }
    std::ranges::sort(lists, {}, [](const Postings* list) { return std::tuple(list->size(), list); });
    lists.erase(std::unique(lists.begin(), lists.end()), lists.end());

    boost::container::small_vector<Cursor, 16> others;
    for (const Postings* list : std::span(lists.begin(), lists.end()).subspan(1)) {
        others.emplace_back(std::span(list->data(), list->size()));
    }
    Ranking ranking(*this, text, most);
    for (const Record record : *lists.front()) {
        const auto has_it = [record](Cursor& other) { return other.contains(record); };
        if (!is_removed(record) && std::ranges::all_of(others, has_it)) {
            ranking.consider(record);
        }
    }
    ranking.take(found);
}

void Index::find_exact(std::string_view name, std::size_t most, std::vector<FileId>& found) const {
    if (name.size() <= max_text && !could_be_path(name)) {
        find_name(name, most, found);
    }
}

void Index::find_name(std::string_view name, std::size_t most, std::vector<FileId>& found) const {
    for (Record at = names_.first(key_of(name)); at != KeyChains::none && most > 0; at = names_.next(at)) {
        if (!is_removed(at) && records_[at].name == name) {
            found.push_back(ids_[at]);
            --most;
        }
    }
}

void Index::find_urn(const Urn& urn, std::size_t most, std::vector<FileId>& found) const {
    const KeyChains& chains = urn.sha1() ? sha1s_ : tigers_;
    const std::uint64_t key = urn.sha1() ? key_of(urn.sha1()) : key_of(urn.tiger());
    for (Record at = chains.first(key); at != KeyChains::none && most > 0; at = chains.next(at)) {
        if (!is_removed(at) && records_[at].urn.same_file(urn)) {
            found.push_back(ids_[at]);
            --most;
        }
    }
}

const SharedFile* Index::find_indexed(std::uint32_t index, std::string_view name) const {
    constexpr FileId step = FileId{1} << 32;
    for (FileId id = index; id < next_id_; id += step) {
        const SharedFile* const found = file(id);
        if (found != nullptr && found->name == name) {
            return found;
        }
    }
    return nullptr;
}

void Index::list(FileId after, std::size_t most, std::vector<FileId>& found) const {
    const auto first = std::ranges::upper_bound(ids_, after);
    for (auto at = static_cast<Record>(first - ids_.begin()); at < ids_.size() && most > 0; ++at) {
        if (!is_removed(at)) {
            found.push_back(ids_[at]);
            --most;
        }
    }
}

const SharedFile* Index::file(FileId id) const {
    const auto place = std::ranges::lower_bound(ids_, id);
    if (place == ids_.end() || *place != id) {
        return nullptr;
    }
    const auto record = static_cast<Record>(place - ids_.begin());
    return is_removed(record) ? nullptr : &records_[record];
}

std::vector<SharedFile> Index::all() const {
    std::vector<SharedFile> files;
    files.reserve(ids_.size() - removed_);
    for (Record record = 0; record < records_.size(); ++record) {
        if (!is_removed(record)) {
            files.push_back(records_[record]);
        }
    }
    return files;
}

Index::Record Index::find_path(const std::filesystem::path& path) const {
    Record at = paths_.first(key_of(path.native()));
    while (at != KeyChains::none && (is_removed(at) || records_[at].path.native() != path.native())) {
        at = paths_.next(at);
    }
    return at;
}

void Index::remove_record(Record record) {
    ++changes_;
    bytes_ -= records_[record].size;
    records_[record] = SharedFile();
    name_lengths_[record] = 0;
    ++removed_;
}

void Index::compact_when_worthwhile() {
    if (removed_ < min_removed || removed_ < files()) {
        return;
    }
    renumber_postings();
    paths_.clear();
    names_.clear();
    sha1s_.clear();
    tigers_.clear();
    Record kept = 0;
    for (Record record = 0; record < records_.size(); ++record) {
        if (is_removed(record)) {
            continue;
        }
        chain(records_[record]);
        if (kept != record) {
            records_[kept] = std::move(records_[record]);
            ids_[kept] = ids_[record];
            name_lengths_[kept] = name_lengths_[record];
        }
        ++kept;
    }
    records_.resize(kept);
    ids_.resize(kept);
    name_lengths_.resize(kept);
    removed_ = 0;
}

void Index::renumber_postings() {
    std::vector<Record> numbers(records_.size());
    Record next = 0;
    for (Record record = 0; record < records_.size(); ++record) {
        numbers[record] = is_removed(record) ? KeyChains::none : next++;
    }
    for (auto place = words_.begin(); place != words_.end();) {
        Postings& postings = place->second;
        std::size_t kept = 0;
        for (const Record record : postings) {
            if (numbers[record] != KeyChains::none) {
                postings[kept++] = numbers[record];
            }
        }
        postings.resize(kept);
        if (postings.empty()) {
            words_.erase(place++);
        } else {
            ++place;
        }
    }
}

void Index::chain(const SharedFile& file) {
    paths_.add(key_of(file.path.native()));
    names_.add(key_of(file.name));
    sha1s_.add(key_of(file.urn.sha1()));
    tigers_.add(key_of(file.urn.tiger()));
}

}  // namespace gnutella::share
