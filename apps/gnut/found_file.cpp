#include "found_file.hpp"

#include "option_values.hpp"

#include <algorithm>
#include <charconv>

namespace gnut {

namespace {

bool same_name_and_size(const FoundFile& file, const gnutella::Hit& hit) {
    return file.name == hit.name && file.size == hit.size;
}

bool same_content(const FoundFile& file, const gnutella::Hit& hit) {
    const auto& known = file.sources.front().content;
    return !known || !hit.content || *known == *hit.content;
}

void add(std::vector<FoundFile>& files, const gnutella::Hit& hit) {
    const auto same = std::ranges::find_if(files, [&hit](const FoundFile& file) {
        if (hit.urn) {
            return file.urn && file.size == hit.size && file.urn->same_file(*hit.urn);
        }
        return !file.urn && same_name_and_size(file, hit) && same_content(file, hit);
    });
    if (same == files.end()) {
        files.push_back({hit.name, hit.size, hit.urn, {hit}});
        return;
    }
    same->sources.push_back(hit);
    if (hit.urn && hit.urn->sha1() && hit.urn->tiger()) {
        same->urn = hit.urn;  // tells more than a SHA-1 or a tree root alone
    }
}

bool is_same_file(const FoundFile& one, const FoundFile& other) {
    return one.urn && other.urn && one.size == other.size && one.urn->same_file(*other.urn);
}

const gnutella::Urn* wanted_urn(const Target& target) {
    if (const auto* magnet = std::get_if<gnutella::Magnet>(&target)) {
        return &magnet->urn;
    }
    return std::get_if<gnutella::Urn>(&target);
}

}  // namespace

bool is_exact(const gnutella::Hit& hit, const Target& target) {
    if (const auto* urn = wanted_urn(target)) {
        return hit.urn && hit.urn->same_file(*urn);
    }
    return hit.name == std::get<std::string>(target);
}

std::vector<FoundFile> group_by_file(std::span<const gnutella::Hit> hits) {
    std::vector<FoundFile> files;
    for (const auto& hit : hits) {
        add(files, hit);
    }
    std::erase_if(files, [&files](const FoundFile& legacy) {
        return !legacy.urn && std::ranges::any_of(files, [&legacy](const FoundFile& file) {
            return file.urn && same_name_and_size(file, legacy.sources.front());
        });
    });
    return files;
}

std::vector<FoundFile> matching_files(std::span<const gnutella::Hit> hits, const Target& target) {
    std::vector<gnutella::Hit> exact;
    std::ranges::copy_if(hits, std::back_inserter(exact),
                         [&target](const gnutella::Hit& hit) { return is_exact(hit, target); });
    if (wanted_urn(target) == nullptr) {
        return group_by_file(exact.empty() ? hits : std::span<const gnutella::Hit>(exact));
    }
    std::vector<FoundFile> files = group_by_file(exact);
    const auto best = std::ranges::max_element(files, {}, [](const FoundFile& file) { return file.sources.size(); });
    if (best == files.end()) {
        return {};
    }
    return {*best};
}

std::optional<std::size_t> pick(std::span<const FoundFile> files, std::string_view choice) {
    if (all_digits(choice)) {
        std::size_t number = 0;
        const auto parsed = std::from_chars(choice.data(), choice.data() + choice.size(), number);
        if (parsed.ec != std::errc{} || number == 0 || number > files.size()) {
            return std::nullopt;
        }
        return number - 1;
    }
    const auto urn = gnutella::Urn::parse(choice);
    if (!urn) {
        return std::nullopt;
    }
    const auto found =
        std::ranges::find_if(files, [&urn](const FoundFile& file) { return file.urn && file.urn->same_file(*urn); });
    if (found == files.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - files.begin());
}

FoundFile with_all_sources(std::span<const FoundFile> files, std::size_t index) {
    FoundFile whole = files[index];
    for (std::size_t other = 0; other < files.size(); ++other) {
        const FoundFile& file = files[other];
        if (other != index && is_same_file(whole, file)) {
            whole.sources.insert(whole.sources.end(), file.sources.begin(), file.sources.end());
        }
    }
    return whole;
}

std::vector<gnutella::Hit> hits_of(const gnutella::Magnet& magnet) {
    std::vector<gnutella::Hit> hits;
    if (!magnet.size) {
        return hits;
    }
    const std::string urn = magnet.urn.to_string();
    gnutella::Hit hit;
    hit.name = magnet.name.empty() ? urn.substr(urn.rfind(':') + 1) : magnet.name;
    hit.size = *magnet.size;
    hit.urn = magnet.urn;
    hit.transports = {gnutella::Transport::http};
    for (const auto& source : magnet.sources) {
        hit.source = source;
        hits.push_back(hit);
    }
    hit.dialect = gnutella::Dialect::gnutella;  // there a number means something
    for (const auto& source : magnet.numbered_sources) {
        hit.name = source.name;
        hit.index = source.index;
        hit.source = source.peer;
        hits.push_back(hit);
    }
    return hits;
}

}  // namespace gnut
