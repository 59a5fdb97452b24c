#pragma once

#include "overlay/fake_library.hpp"
#include "overlay/router.hpp"
#include "wire/frame.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <initializer_list>
#include <memory>
#include <memory_resource>
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

    // ---- Gnutella 0.6 ----

    /// One message of Gnutella 0.6, as it was sent, and decoded.
    struct Binary {
        explicit Binary(std::string_view the_bytes);

        std::string bytes;
        std::pmr::monotonic_buffer_resource memory;
        wire::Message message;
        /// Null when it is another kind of message.
        template <class Body>
        const Body* as() const {
            return std::get_if<Body>(&message.body);
        }
    };
    using Binaries = std::vector<std::unique_ptr<Binary>>;

    /// What a client of today says of itself, who listens on port 7000 + id.
    static wire::HandshakeHeaders headers_of(SessionId id, Role role);
    Router::HandshakeContext context_of(SessionId id, Direction direction = Direction::incoming) const;
    /// A session of Gnutella 0.6 stands. Empties `out`.
    void open_gnutella(SessionId id, Role role, Direction direction = Direction::incoming);
    void open_gnutella(SessionId id, const wire::HandshakeHeaders& headers, Direction direction = Direction::incoming,
                       std::optional<Endpoint> target = {});

    void receive(SessionId from, const wire::Frame& binary);
    /// What is due at once; `out` has only that then.
    void tick();
    Binaries binary_sent(SessionId to) const;
    /// Those of one kind.
    template <class Body>
    Binaries sent_of(SessionId to) const {
        Binaries found = binary_sent(to);
        std::erase_if(found, [](const auto& binary) { return binary->template as<Body>() == nullptr; });
        return found;
    }
    /// The far end sends a table with these words.
    void send_table(SessionId from, std::initializer_list<std::string_view> words);

  private:
    std::optional<Router> router_;
};

/// A member as text; empty when it is absent, or no text.
std::string text_of(const boost::json::object& object, std::string_view member);

/// One of Gnutella 0.6.
wire::Frame binary_query(const Guid& id, std::string_view text, std::uint8_t ttl = 4, std::uint8_t hops = 0);
/// One of Gnutella 0.6 from a servent at 10.8.8.8:6346, with one file.
wire::Frame binary_hit(const Guid& id, std::string_view name, const std::optional<Urn>& urn, std::uint64_t size = 100,
                       bool firewalled = false, std::uint8_t ttl = 4, std::uint8_t hops = 1);
/// The servent of that hit.
Guid servent_of_hits();
Urn some_urn();

/// A modern QUERY; numbered(id) is its id.
std::string query_json(const Guid& id, std::string_view text, int ttl = 7, int hops = 0);
/// A legacy peer's.
std::string legacy_query_json(std::string_view host, std::uint16_t port, std::string_view id, std::string_view text);

}  // namespace gnutella::overlay
