#include "json_lines.hpp"

#include "printable.hpp"
#include "utf8.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace gnut {

namespace {

namespace json = boost::json;

/// Boost.JSON escapes what JSON must (below U+0020); other characters can drive a terminal too.
std::string on_one_line(const json::object& object) {
    std::string line;
    const std::string serialized = json::serialize(object);
    for (std::string_view rest = serialized; !rest.empty();) {
        const auto point = first_code_point(rest);
        if (point && !is_printable(point->value)) {  // all of these have 16 bits
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(point->value));
            line += escape.data();
        } else {
            line += rest.substr(0, point ? point->bytes : 1);
        }
        rest.remove_prefix(point ? point->bytes : 1);
    }
    return line;
}

json::value text_or_null(const std::optional<gnutella::Urn>& urn) {
    return urn ? json::value(urn->to_string()) : json::value(nullptr);
}

json::value name_or_null(const std::optional<gnutella::Transport>& transport) {
    if (!transport) {
        return nullptr;
    }
    return *transport == gnutella::Transport::quic ? "quic" : "http";
}

}  // namespace

std::string json_line(const gnutella::Hit& hit) {
    return on_one_line({{"name", valid_utf8(hit.name)},
                        {"size", hit.size},
                        {"urn", text_or_null(hit.urn)},
                        {"host", valid_utf8(hit.source.host)},
                        {"port", hit.source.port},
                        {"dialect", to_string(hit.dialect)},
                        {"client", hit.client.empty() ? json::value(nullptr) : json::value(valid_utf8(hit.client))}});
}

std::string json_line(const gnutella::DownloadedFile& file, Kept kept) {
    json::array sources;
    for (const auto& source : file.sources) {
        sources.emplace_back(valid_utf8(source.to_string()));
    }
    json::value path(nullptr);
    if (kept == Kept::on_disk) {
        path = valid_utf8(file.path.string());
    }
    return on_one_line({{"path", std::move(path)},
                        {"bytes", file.bytes},
                        {"seconds", file.seconds.count()},
                        {"urn", text_or_null(file.urn)},
                        {"verified", file.verification == gnutella::Verification::verified},
                        {"transport", name_or_null(file.transport)},
                        {"resumed", file.resumed},
                        {"sources", std::move(sources)}});
}

std::string json_line(const gnutella::Endpoint& peer, const gnutella::SessionInfo& session) {
    json::object object{{"host", valid_utf8(peer.host)},
                        {"port", peer.port},
                        {"dialect", to_string(session.dialect)},
                        {"role", session.role ? json::value(to_string(*session.role)) : json::value(nullptr)},
                        {"legacy", session.legacy},
                        {"agent", nullptr},
                        {"files", nullptr},
                        {"bytes", nullptr},
                        {"round_trip", std::chrono::duration<double>(session.round_trip).count()}};
    if (!session.legacy) {
        object["agent"] = valid_utf8(session.agent);
    }
    if (!session.legacy && session.dialect == gnutella::Dialect::json) {
        object["files"] = session.files;
        object["bytes"] = session.bytes;
    }
    return on_one_line(object);
}

}  // namespace gnut
