#include "wire/json_decoder.hpp"

#include "wire/json_scanner.hpp"

#include <gmock/gmock.h>

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::wire {
namespace {

using ::testing::ElementsAre;

/// A connection's receiving end: bytes come, objects are taken from the front as soon as they are there.
class Stream {
  public:
    void receive(std::string_view bytes) {
        // A buffer of its own each time, as when a real one grows and moves.
        buffer_ = std::string(buffer_) + std::string(bytes);
        while (!ended_) {
            std::pmr::monotonic_buffer_resource memory;
            Message message;
            const JsonDecoder::Step step = decoder_.next(buffer_, memory, message);
            switch (step.outcome) {
                case JsonDecoder::Outcome::message:
                    outcomes_.push_back(std::to_string(message.body.index()) + " " + std::string(message.raw));
                    break;
                case JsonDecoder::Outcome::unknown_type:
                    outcomes_.push_back("unknown");
                    break;
                case JsonDecoder::Outcome::dropped:
                    outcomes_.push_back("dropped");
                    break;
                case JsonDecoder::Outcome::malformed:
                    outcomes_.push_back("malformed " + std::string(reason_of(step.problem)));
                    ended_ = true;
                    break;
                case JsonDecoder::Outcome::incomplete:
                    EXPECT_EQ(buffer_.substr(0, step.consumed).find_first_not_of(" \t\r\n"), std::string::npos);
                    buffer_.erase(0, step.consumed);
                    return;
            }
            buffer_.erase(0, step.consumed);
        }
    }
    const std::vector<std::string>& outcomes() const { return outcomes_; }
    const std::string& rest() const { return buffer_; }

  private:
    JsonDecoder decoder_;
    std::string buffer_;
    std::vector<std::string> outcomes_;
    bool ended_ = false;
};

std::vector<std::string> outcomes_of(std::string_view bytes) {
    Stream stream;
    stream.receive(bytes);
    return stream.outcomes();
}

const std::string json_ping = R"({"type": "PING", "host": "h", "port": 1, "id": "x"})";
const std::string json_query =
    R"({"type":"QUERY","id":"y","file":"a \"b\" \\","x":{"y":["}",{"z":"]\\\""}]},"ttl":12})";
const std::string json_bye = R"({"type":"BYE","reason":"caf\u00e9 é"})";
const std::string unknown = R"({"type":"NEW","x":[{}]})";

TEST(JsonStream, TakesObjectsThatComeTogether) {
    EXPECT_THAT(outcomes_of(json_ping + json_query + unknown + json_bye),
                ElementsAre("0 " + json_ping, "2 " + json_query, "unknown", "4 " + json_bye));
    EXPECT_THAT(outcomes_of("\n" + json_ping + "\r\n\t " + json_bye + "\n\n"),
                ElementsAre("0 " + json_ping, "4 " + json_bye));
}

TEST(JsonStream, IsTheSameWhereverItIsCut) {
    const std::string stream = " " + json_ping + json_query + "\n" + unknown + "\r\n" + json_bye + "\n" + json_ping;
    const std::vector<std::string> whole = outcomes_of(stream);
    ASSERT_EQ(whole.size(), 5U);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Stream pieces;
        pieces.receive(stream.substr(0, cut));
        pieces.receive(stream.substr(cut));
        EXPECT_EQ(pieces.outcomes(), whole) << "cut at " << cut;
    }
    for (std::size_t first = 0; first <= stream.size(); first += 7) {
        for (std::size_t second = first; second <= stream.size(); second += 5) {
            Stream pieces;
            pieces.receive(stream.substr(0, first));
            pieces.receive(stream.substr(first, second - first));
            pieces.receive(stream.substr(second));
            EXPECT_EQ(pieces.outcomes(), whole) << "cut at " << first << " and " << second;
        }
    }
}

TEST(JsonStream, IsTheSameAByteAtATime) {
    const std::string stream = json_ping + json_query + "\n" + json_bye + unknown + json_ping + "x";
    Stream bytes;
    for (const char byte : stream) {
        bytes.receive(std::string_view(&byte, 1));
    }
    EXPECT_EQ(bytes.outcomes(), outcomes_of(stream));
    EXPECT_EQ(bytes.outcomes().size(), 6U);
}

TEST(JsonStream, BadInputIsTheSameAByteAtATime) {
    for (const std::string& bad :
         {std::string("x"), std::string("{]"), std::string("{\"type\":5}"), std::string("{\"a\":[[[[[[[[[["),
          std::string("{").append(70'000, ' '), std::string("{\"").append(70'000, '\\')}) {
        JsonDecoder decoder;
        std::pmr::monotonic_buffer_resource memory;
        Message message;
        JsonDecoder::Step step;
        for (std::size_t size = 0; size <= bad.size() && step.outcome == JsonDecoder::Outcome::incomplete; ++size) {
            step = decoder.next(std::string_view(bad).substr(0, size), memory, message);
        }
        JsonDecoder whole;
        const JsonDecoder::Step at_once = whole.next(bad, memory, message);
        EXPECT_EQ(step.outcome, JsonDecoder::Outcome::malformed) << bad.substr(0, 20);
        EXPECT_EQ(at_once.outcome, JsonDecoder::Outcome::malformed) << bad.substr(0, 20);
        EXPECT_EQ(step.problem, at_once.problem) << bad.substr(0, 20);
    }
}

TEST(JsonStream, AnUnfinishedObjectStaysAndWhiteSpaceDoesNot) {
    Stream stream;
    stream.receive(" \n\t\r ");
    EXPECT_EQ(stream.rest(), "");
    stream.receive("  {\"type\" ");
    EXPECT_EQ(stream.rest(), "{\"type\" ");
    stream.receive(": \"BYE\"} ");
    EXPECT_THAT(stream.outcomes(), ElementsAre("4 {\"type\" : \"BYE\"}"));
    EXPECT_EQ(stream.rest(), "");
}

TEST(JsonStream, NothingIsIncomplete) {
    EXPECT_THAT(outcomes_of(""), ElementsAre());
}

TEST(JsonStream, ADecoderGoesOnWhereAnotherWasMovedFrom) {
    const std::string first = json_query.substr(0, 40);
    JsonDecoder one;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    ASSERT_EQ(one.next(first, memory, message).outcome, JsonDecoder::Outcome::incomplete);
    JsonDecoder two = std::move(one);
    EXPECT_EQ(two.next(json_query, memory, message).outcome, JsonDecoder::Outcome::message);
    EXPECT_EQ(message.raw, json_query);
}

TEST(JsonStream, AMessageMayBeReusedForTheNextOne) {
    const std::string stream = R"({"type":"QUERY","id":"y","file":"f","ttl":5,"hops":1})"
                               R"({"type":"PONG","hosts":["a:1","b:2"]})"
                               R"({"type":"PONG","hosts":["c:3"]})" +
                               json_ping;
    std::string_view rest = stream;
    JsonDecoder decoder;
    Message message;
    std::pmr::monotonic_buffer_resource memory;
    const auto next = [&] {
        const auto step = decoder.next(rest, memory, message);
        rest.remove_prefix(step.consumed);
        return step.outcome;
    };
    ASSERT_EQ(next(), JsonDecoder::Outcome::message);
    ASSERT_EQ(next(), JsonDecoder::Outcome::message);
    EXPECT_TRUE(message.id_text.empty());
    EXPECT_TRUE(message.id.is_nil());
    EXPECT_FALSE(message.carries_ttl());
    EXPECT_TRUE(message.hops_text.empty());
    EXPECT_EQ(message.ttl, 0);
    memory.release();
    ASSERT_EQ(next(), JsonDecoder::Outcome::message);
    EXPECT_THAT(std::get<Pong>(message.body).hosts, ElementsAre("c:3"));
    ASSERT_EQ(next(), JsonDecoder::Outcome::message);
    EXPECT_EQ(std::get<Ping>(message.body).from.host, "h");
}

TEST(JsonScanner, FindsTheEndOfAnObject) {
    for (const char* object :
         {"{}", "{\"a\":\"}\"}", "{\"a\":\"\\\"}\"}", "{\"a\":\"\\\\\"}", "{\"a\":[{},[{}]]}", "{\"\\\\\\\"{\":1}"}) {
        JsonScanner scanner(100, 8);
        EXPECT_EQ(scanner.scan(std::string(object) + "{\"}"), JsonScanner::Found::end) << object;
        EXPECT_EQ(scanner.length(), std::string_view(object).size()) << object;
    }
}

TEST(JsonScanner, FollowsStringsAndEscapesOverTheBordersOfItsBlocks) {
    for (std::size_t padding = 0; padding < 2 * JsonBlock::size; ++padding) {
        // A text, and how many braces it leaves open.
        for (const auto& [text, open] : std::vector<std::pair<std::string, std::size_t>>{{R"("")", 0},
                                                                                         {R"("}")", 0},
                                                                                         {R"("\\")", 0},
                                                                                         {R"("\"}\\\"")", 0},
                                                                                         {R"("\\\\\"}\\")", 0},
                                                                                         {R"("[\"]"[])", 0},
                                                                                         {R"("\\"{"}")", 1}}) {
            const std::string object = std::string("{").append(padding, ' ') + text + std::string(open + 1, '}');
            JsonScanner scanner(1000, 8);
            EXPECT_EQ(scanner.scan(object + "}\"}"), JsonScanner::Found::end) << object;
            EXPECT_EQ(scanner.length(), object.size()) << object;
        }
    }
}

TEST(JsonScanner, ReadsNoByteThatIsNotThereEvenWhenMisused) {
    JsonScanner scanner(100, 8);
    EXPECT_EQ(scanner.scan("{\"abcdefgh"), JsonScanner::Found::incomplete);
    EXPECT_EQ(scanner.scan("{\""), JsonScanner::Found::incomplete);  // fewer bytes than before
}

}  // namespace
}  // namespace gnutella::wire
