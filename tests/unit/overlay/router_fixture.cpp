#include "overlay/router_fixture.hpp"

#include "wire/gnutella/query_route_table.hpp"
#include "wire/gnutella/route_table_patches.hpp"

#include <algorithm>

namespace gnutella::overlay {

namespace json = boost::json;

RouterFixture::RouterFixture() {
    settings.announced_host.clear();
}

Router& RouterFixture::router() {
    if (!router_) {
        router_.emplace(settings, identity, own_port, 42);
    }
    return *router_;
}

Guid RouterFixture::numbered(std::uint32_t number) {
    Guid guid;
    guid.bytes[12] = static_cast<std::uint8_t>(number >> 24);
    guid.bytes[13] = static_cast<std::uint8_t>(number >> 16);
    guid.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    guid.bytes[15] = static_cast<std::uint8_t>(number);
    return guid;
}

Router::Start RouterFixture::start_of(SessionId id, Direction direction) {
    const auto low = static_cast<std::uint8_t>(id);
    Router::Start start;
    start.id = id;
    start.direction = direction;
    start.remote = {"10.0.0." + std::to_string(id), 50'000};
    start.local = {"10.0.1." + std::to_string(id), own_port};
    start.remote_address = wire::IpAddress::v4({10, 0, 0, low});
    return start;
}

void RouterFixture::connect(SessionId id, Direction direction, std::optional<Endpoint> target) {
    Router::Start start = start_of(id, direction);
    start.target = std::move(target);
    router().opened(start, now, out);
}

void RouterFixture::open(SessionId id, Direction direction, std::optional<Endpoint> target) {
    connect(id, direction, std::move(target));
    const json::object message{{"type", direction == Direction::incoming ? "PING" : "PONG"},
                               {"host", "10.0.0." + std::to_string(id)},
                               {"port", 7'000 + id},
                               {"id", direction == Direction::incoming ? numbered(77).to_string() : id_of_ping_to(id)},
                               {"v", 1},
                               {"agent", "test/1"},
                               {"peer", numbered(static_cast<std::uint32_t>(id)).to_string()}};
    receive(id, json::serialize(message));
    ASSERT_EQ(out.opened.size(), 1U);
    out.clear();
}

void RouterFixture::open_legacy(SessionId id, Direction direction, std::optional<Endpoint> target) {
    connect(id, direction, std::move(target));
    json::object message{{"type", direction == Direction::incoming ? "PING" : "PONG"},
                         {"host", "DESKTOP-" + std::to_string(id)},
                         {"port", 7'000 + id},
                         {"id", nullptr}};
    if (direction == Direction::incoming) {
        message["id"] = "<function uuid3 at 0x7f0123456789>";
    }
    receive(id, json::serialize(message));
    ASSERT_EQ(out.opened.size(), 1U);
    out.clear();
}

void RouterFixture::receive(SessionId from, std::string_view text) {
    with_message(text, [&](const wire::Message& message) { router().receive(from, message, now, library, out); });
}

std::vector<std::string> RouterFixture::sent_texts(SessionId to) const {
    std::vector<std::string> texts;
    for (const Actions::Send& send : out.sends) {
        if (send.to == to) {
            std::string_view bytes = send.frame.bytes();
            EXPECT_TRUE(bytes.ends_with('\n'));
            bytes.remove_suffix(1);
            texts.emplace_back(bytes);
        }
    }
    return texts;
}

std::vector<json::object> RouterFixture::sent(SessionId to) const {
    std::vector<json::object> objects;
    for (const std::string& text : sent_texts(to)) {
        objects.push_back(json::parse(text).as_object());
    }
    return objects;
}

json::object RouterFixture::only_sent(SessionId to) const {
    const auto objects = sent(to);
    EXPECT_EQ(objects.size(), 1U) << "to session " << to;
    return objects.size() == 1 ? objects.front() : json::object();
}

std::string RouterFixture::id_of_ping_to(SessionId to) const {
    for (const json::object& object : sent(to)) {
        if (text_of(object, "type") == "PING") {
            return text_of(object, "id");
        }
    }
    ADD_FAILURE() << "no PING to session " << to;
    return {};
}

RouterFixture::Binary::Binary(std::string_view the_bytes) : bytes(the_bytes) {
    const wire::GnutellaDecoder decoder;
    const auto step = decoder.next(bytes, memory, message);
    EXPECT_EQ(step.outcome, wire::DecodeOutcome::message);
    EXPECT_EQ(step.consumed, bytes.size());
}

wire::HandshakeHeaders RouterFixture::headers_of(SessionId id, Role role) {
    wire::HandshakeHeaders headers;
    headers.user_agent = "gtk-gnutella/1.2.3";
    headers.ultrapeer = role == Role::ultrapeer;
    headers.listens = Endpoint{"10.0.0." + std::to_string(id), static_cast<std::uint16_t>(7'000 + id)};
    headers.guid = numbered(static_cast<std::uint32_t>(id));
    headers.bye_packet = {0, 1};
    headers.query_routing = {0, 2};
    headers.vendor_message = {0, 2};
    if (role == Role::ultrapeer) {
        headers.ultrapeer_query_routing = {0, 1};
        headers.max_ttl = std::uint8_t{4};
    }
    return headers;
}

Router::HandshakeContext RouterFixture::context_of(SessionId id, Direction direction) const {
    const Router::Start start = start_of(id, direction);
    return {direction, start.remote, start.local, start.remote_address};
}

void RouterFixture::open_gnutella(SessionId id, Role role, Direction direction) {
    open_gnutella(id, headers_of(id, role), direction);
}

void RouterFixture::open_gnutella(SessionId id, const wire::HandshakeHeaders& headers, Direction direction,
                                  std::optional<Endpoint> target) {
    Router::Start start = start_of(id, direction);
    start.dialect = Dialect::gnutella;
    start.handshake = headers;
    start.target = std::move(target);
    router().opened(start, now, out);
    ASSERT_EQ(out.opened.size(), 1U);
    tick();
    out.clear();
}

void RouterFixture::receive(SessionId from, const wire::Frame& binary) {
    const Binary decoded(binary.bytes());
    router().receive(from, decoded.message, now, library, out);
}

void RouterFixture::tick() {
    out.clear();
    router().tick(now, library, out);
}

RouterFixture::Binaries RouterFixture::binary_sent(SessionId to) const {
    Binaries sent;
    for (const Actions::Send& send : out.sends) {
        if (send.to == to) {
            sent.push_back(std::make_unique<Binary>(send.frame.bytes()));
        }
    }
    return sent;
}

void RouterFixture::send_table(SessionId from, std::initializer_list<std::string_view> words) {
    wire::QueryRouteTable table(16);
    for (const std::string_view word : words) {
        table.add(word);
    }
    for (const wire::Frame& frame :
         wire::encode_route_table(numbered(5), nullptr, table, wire::PatchWidth::four_bits)) {
        receive(from, frame);
    }
}

wire::Frame binary_query(const Guid& id, std::string_view text, std::uint8_t ttl, std::uint8_t hops) {
    wire::Query query;
    query.text = text;
    return wire::encode_binary({id, ttl, hops}, query);
}

wire::Frame binary_hit(const Guid& id, std::string_view name, const std::optional<Urn>& urn, std::uint64_t size,
                       bool firewalled, std::uint8_t ttl, std::uint8_t hops) {
    wire::QueryHit hit{.from = {{}, 6346, wire::IpAddress::v4({10, 8, 8, 8})},
                       .peer = servent_of_hits(),
                       .transports = {},
                       .results = {}};
    hit.vendor = "GTKG";
    hit.state.firewalled = firewalled;
    hit.results.push_back({name, size, urn, 77});
    return wire::encode_binary({id, ttl, hops}, hit);
}

Guid servent_of_hits() {
    Guid servent;
    servent.bytes.fill(0xAB);
    return servent;
}

Urn some_urn() {
    Sha1 sha1{};
    sha1.fill(3);
    return Urn(sha1);
}

std::string text_of(const json::object& object, std::string_view member) {
    const json::value* value = object.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string query_json(const Guid& id, std::string_view text, int ttl, int hops) {
    return json::serialize(json::object{{"type", "QUERY"},
                                        {"host", "10.9.9.9"},
                                        {"port", 9'999},
                                        {"file", text},
                                        {"id", id.to_string()},
                                        {"ttl", ttl},
                                        {"hops", hops},
                                        {"reply", "routed"}});
}

std::string legacy_query_json(std::string_view host, std::uint16_t port, std::string_view id, std::string_view text) {
    // As Python's json.dumps writes it.
    return R"({"type": "QUERY", "host": ")" + std::string(host) + R"(", "port": )" + std::to_string(port) +
           R"(, "file": ")" + std::string(text) + R"(", "id": ")" + std::string(id) + R"("})";
}

}  // namespace gnutella::overlay
