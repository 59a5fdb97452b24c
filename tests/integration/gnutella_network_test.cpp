#include "node.hpp"
#include "raw_servent.hpp"

#include <gmock/gmock.h>

// Several nodes in a row, and what goes through those in the middle.

namespace gnutella::test {
namespace {

using boost::asio::use_future;

Settings speaking(std::vector<Dialect> dialects) {
    Settings settings = quick_settings();
    settings.dialects = std::move(dialects);
    return settings;
}

/// first - middle - last, each connected to the one before.
struct Row {
    Row(std::vector<Dialect> first_speaks, std::vector<Dialect> middle_speaks, std::vector<Dialect> last_speaks)
        : first(threads, speaking(std::move(first_speaks))),
          middle(threads, speaking(std::move(middle_speaks))),
          last(threads, speaking(std::move(last_speaks))) {
        last.share().write("moonlight sonata.ogg", content);
        first.share().write("pathetique sonata.ogg", content + "!");
        first.start();
        middle.start();
        last.start();
        one_end = first.connect(middle).info().dialect;
        other_end = last.connect(middle).info().dialect;
        middle.wait_for_sessions(2);
    }

    const std::string content = std::string(100'000, 's') + "the end";
    Threads threads;
    Node first;
    Node middle;
    Node last;
    Dialect one_end = Dialect::json;
    Dialect other_end = Dialect::json;
};

void expect_found_and_fetched(Node& asker, const std::string& text, const Node& owner, const std::string& content) {
    const auto hit = asker.first_hit(text);
    ASSERT_TRUE(hit) << text;
    EXPECT_EQ(hit->source, owner.endpoint());
    EXPECT_EQ(hit->size, content.size());
    EXPECT_TRUE(hit->urn);
    const auto file = get(asker->async_download(*hit, asker.downloads().path(), use_future));
    EXPECT_EQ(file.verification, Verification::verified);
    EXPECT_EQ(asker.downloads().read(file.path.filename().string()), content);
}

TEST(GnutellaNetwork, FindsAndFetchesThroughTheNodeInTheMiddle) {
    Row row({Dialect::gnutella}, {Dialect::gnutella}, {Dialect::gnutella});
    ASSERT_EQ(row.one_end, Dialect::gnutella);
    ASSERT_EQ(row.other_end, Dialect::gnutella);
    expect_found_and_fetched(row.first, "moonlight", row.last, row.content);
    expect_found_and_fetched(row.last, "pathetique", row.first, row.content + "!");
    row.middle.stop();
    EXPECT_EQ(row.first.wait_for<SessionClosed>().reason, Error::left);
    EXPECT_EQ(row.last.wait_for<SessionClosed>().reason, Error::left);
}

TEST(GnutellaNetwork, FindsAndFetchesThroughANodeThatSpeaksBothDialects) {
    Row row({Dialect::json}, {Dialect::json, Dialect::gnutella}, {Dialect::gnutella});
    ASSERT_EQ(row.one_end, Dialect::json);
    ASSERT_EQ(row.other_end, Dialect::gnutella);
    expect_found_and_fetched(row.first, "moonlight", row.last, row.content);
    expect_found_and_fetched(row.last, "pathetique", row.first, row.content + "!");
}

TEST(GnutellaNetwork, ANeighbourOfGnutellaFindsWhatIsSharedHere) {
    Threads threads;
    Node node(threads);
    node.share().write("moonlight sonata.ogg", "content");
    node.start();
    RawServent raw(node.endpoint());
    raw.greet_compressed();
    raw.send_message(RawServent::query, RawServent::query_for("moonlight"));
    const auto hit = raw.receive(RawServent::query_hit);
    ASSERT_TRUE(hit);
    EXPECT_THAT(hit->payload, testing::HasSubstr("moonlight sonata.ogg"));
    EXPECT_THAT(hit->payload, testing::HasSubstr("urn:"));
}

}  // namespace
}  // namespace gnutella::test
