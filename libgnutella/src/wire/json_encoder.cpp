#include "wire/json_encoder.hpp"

#include "wire/json_writer.hpp"

#include <string>

namespace gnutella::wire {

namespace {

// Messages are written into one buffer for each thread, which keeps its room, and copied once into a frame of their
// size.
std::string& emptied_buffer() {
    thread_local std::string buffer;
    buffer.clear();
    return buffer;
}

// In the seed's order; BYE has no id there.
void write_head(JsonWriter& json, std::string_view type, const Sender& from) {
    json.member("type").text(type);
    IpText room;
    json.member("host").text(from.host_text(room));
    json.member("port").number(from.port);
}

void write_id(JsonWriter& json, std::string_view id) {
    json.member("id");
    if (id.empty()) {
        json.literal("null");
    } else {
        json.text(id);
    }
}

void write_peer(JsonWriter& json, const std::optional<Guid>& peer) {
    if (peer) {
        json.member("peer").text(peer->to_string());
    }
}

void write_introduction(JsonWriter& json, const Introduction& introduction) {
    if (introduction.version > 0) {
        json.member("v").number(introduction.version);
    }
    if (!introduction.agent.empty()) {
        json.member("agent").text(introduction.agent);
    }
    write_peer(json, introduction.peer);
}

void write_urn(JsonWriter& json, const std::optional<Urn>& urn) {
    if (urn) {
        json.member("urn").text(urn->to_string());
    }
}

void write_firewalled(JsonWriter& json, bool firewalled) {
    if (firewalled) {
        json.member("firewalled").literal("true");
    }
}

void write_hosts(JsonWriter& json, std::string_view name, const std::pmr::vector<std::string_view>& hosts) {
    if (hosts.empty()) {
        return;
    }
    json.member(name).open('[');
    for (const std::string_view host : hosts) {
        json.element().text(host);
    }
    json.close(']');
}

void write_transports(JsonWriter& json, TransportSet transports) {
    if (transports.empty()) {
        return;
    }
    json.member("transports").open('[');
    if (transports.has(Transport::quic)) {
        json.element().text("quic");
    }
    if (transports.has(Transport::http)) {
        json.element().text("http");
    }
    json.close(']');
}

Frame finish(JsonWriter& json, const std::string& buffer) {
    json.finish();
    return Frame::copy_of(buffer);
}

}  // namespace

Frame encode_ping(std::string_view id, const Ping& ping) {
    std::string& buffer = emptied_buffer();
    JsonWriter json(buffer);
    write_head(json, "PING", ping.from);
    write_id(json, id);
    write_introduction(json, ping.introduction);
    return finish(json, buffer);
}

Frame encode_pong(std::string_view id, const Pong& pong) {
    std::string& buffer = emptied_buffer();
    JsonWriter json(buffer);
    write_head(json, "PONG", pong.from);
    write_id(json, id);
    write_introduction(json, pong.introduction);
    if (pong.introduction.version == 0) {
        return finish(json, buffer);  // to a legacy peer, which reads none of the rest
    }
    json.member("files").number(pong.files);
    json.member("bytes").number(pong.bytes);
    write_hosts(json, "hosts", pong.hosts);
    return finish(json, buffer);
}

Frame encode_query(std::string_view id, const Query& query, std::uint8_t ttl, std::uint8_t hops) {
    std::string& buffer = emptied_buffer();
    JsonWriter json(buffer);
    write_head(json, "QUERY", query.asker);
    // Always there, even when only a URN is wanted: a legacy peer dies of a QUERY without it.
    json.member("file").text(query.text);
    write_id(json, id);
    json.member("ttl").number(ttl);
    json.member("hops").number(hops);
    if (query.routed) {
        json.member("reply").text("routed");
    }
    write_firewalled(json, query.flags.has(QueryFlag::firewalled));
    write_urn(json, query.urn);
    return finish(json, buffer);
}

Frame encode_query_hit(std::string_view id, const QueryHit& hit) {
    std::string& buffer = emptied_buffer();
    JsonWriter json(buffer);
    write_head(json, "QUERY-HIT", hit.from);
    json.member("hasFile").literal(hit.has_file ? "true" : "false");
    write_id(json, id);
    write_peer(json, hit.peer);
    if (hit.key) {
        json.member("key").text(hit.key->to_string());
    }
    write_transports(json, hit.transports);
    if (!hit.client.empty()) {
        json.member("client").text(hit.client);
    }
    write_firewalled(json, hit.state.firewalled == true);
    write_hosts(json, "proxies", hit.push_proxies);
    if (!hit.results.empty()) {
        json.member("results").open('[');
        for (const Result& result : hit.results) {
            json.element().open('{');
            json.member("name").text(result.name);
            json.member("size").number(result.size);
            write_urn(json, result.urn);
            json.close('}');
        }
        json.close(']');
    }
    return finish(json, buffer);
}

Frame encode_bye(const Sender& from, const Bye& bye) {
    std::string& buffer = emptied_buffer();
    JsonWriter json(buffer);
    write_head(json, "BYE", from);
    if (bye.code != 0) {
        json.member("code").number(bye.code);
    }
    if (!bye.reason.empty()) {
        json.member("reason").text(bye.reason);
    }
    return finish(json, buffer);
}

}  // namespace gnutella::wire
