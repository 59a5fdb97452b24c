#include "overlay/router_fixture.hpp"

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
