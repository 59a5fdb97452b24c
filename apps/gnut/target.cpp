#include "target.hpp"

#include "printable.hpp"
#include "usage_error.hpp"

#include <algorithm>
#include <cctype>

namespace gnut {

namespace {

bool begins_with(std::string_view text, std::string_view lower_case_prefix) {
    return text.size() >= lower_case_prefix.size() &&
           std::ranges::equal(text.substr(0, lower_case_prefix.size()), lower_case_prefix, {},
                              [](char letter) { return std::tolower(static_cast<unsigned char>(letter)); });
}

}  // namespace

Target parse_target(std::string_view text) {
    if (text.empty()) {
        throw UsageError("the name is empty; name the file that is wanted");
    }
    if (begins_with(text, "magnet:")) {
        if (auto magnet = gnutella::Magnet::parse(text)) {
            return *std::move(magnet);
        }
        throw UsageError("'" + printable(text) +
                         "' is no magnet link of a file known here; it needs xt=urn:sha1:, urn:tree:tiger: or "
                         "urn:bitprint:");
    }
    if (begins_with(text, "urn:")) {
        if (const auto urn = gnutella::Urn::parse(text)) {
            return *urn;
        }
        throw UsageError("'" + printable(text) +
                         "' is no URN of a file; give urn:sha1:, urn:tree:tiger/: or urn:bitprint: as `gnut hash` "
                         "prints it");
    }
    return std::string(text);
}

std::string file_name_of(const Target& target) {
    constexpr std::size_t longest = 200;  // the part's name, and "(1)", are to fit into a file system
    const auto* magnet = std::get_if<gnutella::Magnet>(&target);
    if (magnet == nullptr || magnet->name.size() > longest) {
        return {};
    }
    std::string name = magnet->name;
    name.erase(0, name.find_first_not_of(". "));  // a link may come from anybody: nothing hidden
    return name;
}

std::vector<gnutella::Endpoint> peers_of(const gnutella::Magnet& magnet) {
    std::vector<gnutella::Endpoint> peers = magnet.sources;
    for (const auto& source : magnet.numbered_sources) {
        if (std::ranges::find(peers, source.peer) == peers.end()) {
            peers.push_back(source.peer);
        }
    }
    return peers;
}

std::string describe(const Target& target) {
    if (const auto* name = std::get_if<std::string>(&target)) {
        return '"' + printable(*name) + '"';
    }
    if (const auto* magnet = std::get_if<gnutella::Magnet>(&target)) {
        return magnet->name.empty() ? magnet->urn.to_string() : '"' + printable(magnet->name) + '"';
    }
    return std::get<gnutella::Urn>(target).to_string();
}

}  // namespace gnut
