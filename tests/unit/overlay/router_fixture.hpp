#pragma once

#include "overlay/fake_library.hpp"
#include "overlay/router.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

/// One router, and JSON going in and out of it.
class RouterFixture : public testing::Test {
  protected:
    static constexpr std::uint16_t own_port = 8025;

    RouterFixture();

    /// Made with what `settings` are at the first use.
    Router& router();

    static Guid numbered(std::uint32_t number);
    /// The far end of session n: 10.0.0.n, from port 50000, to us at 10.0.1.n.
    static Router::Start start_of(SessionId id, Direction direction);

    /// A connection stands, and nothing more.
    void connect(SessionId id, Direction direction = Direction::incoming, std::optional<Endpoint> target = {});
    /// The handshake too; the far end listens on port 7000 + id and has the identity numbered(id). Empties `out`.
    void open(SessionId id, Direction direction = Direction::incoming, std::optional<Endpoint> target = {});
    /// The same with a legacy peer, which calls itself DESKTOP-n.
    void open_legacy(SessionId id, Direction direction = Direction::incoming, std::optional<Endpoint> target = {});

    /// Decodes the text and gives it to the router.
    void receive(SessionId from, std::string_view json);
    /// Decodes a text and hands it to `use(const wire::Message&)`.
    template <class Use>
    void with_message(std::string_view json, Use&& use) {
        wire::JsonDecoder decoder;
        std::pmr::monotonic_buffer_resource memory;
        wire::Message message;
        const auto step = decoder.next(json, memory, message);
        ASSERT_EQ(step.outcome, wire::JsonDecoder::Outcome::message) << json;
        use(message);
    }

    /// What is to be sent to a session, as text without the newline, and as JSON.
    std::vector<std::string> sent_texts(SessionId to) const;
    std::vector<boost::json::object> sent(SessionId to) const;
    /// The only one; a failure and an empty object when there are more or none.
    boost::json::object only_sent(SessionId to) const;
    std::string id_of_ping_to(SessionId to) const;

    Settings settings;
    Guid identity = numbered(1'000);
    FakeLibrary library;
    TimePoint now{std::chrono::hours(1)};
    Actions out;

  private:
    std::optional<Router> router_;
};

/// A member as text; empty when it is absent, or no text.
std::string text_of(const boost::json::object& object, std::string_view member);

/// A modern QUERY; numbered(id) is its id.
std::string query_json(const Guid& id, std::string_view text, int ttl = 7, int hops = 0);
/// A legacy peer's.
std::string legacy_query_json(std::string_view host, std::uint16_t port, std::string_view id, std::string_view text);

}  // namespace gnutella::overlay
