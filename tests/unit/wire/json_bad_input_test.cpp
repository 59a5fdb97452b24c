#include "wire/decoded.hpp"
#include "wire/json_decoder.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

// docs/json-dialect.md, "Bad input", line by line: what of it the decoder has to see.

namespace gnutella::wire {
namespace {

void expect_problem(const std::vector<std::string>& inputs, Malformed problem) {
    for (const std::string& input : inputs) {
        EXPECT_EQ(Decoded(input).problem(), problem) << input.substr(0, 200);
    }
}

std::string text_of(std::size_t length, char letter) {
    std::string text(length + 2, letter);
    text.front() = '"';
    text.back() = '"';
    return text;
}

TEST(JsonBadInput, NotJson) {
    expect_problem({"x",
                    "}",
                    "hello\n",
                    "{hello}",
                    "{]",
                    "{\"a\"]}",
                    "{'type':'PING'}",
                    "{\"type\":\"PING\",}",
                    "{\"type\" \"PING\"}",
                    "{\"type\":}",
                    "{\"type\":PING}",
                    "{type:\"PING\"}",
                    "{,}",
                    "{1:2}",
                    "{\"a\":1 \"b\":2}",
                    "{\"a\":tru}",
                    "{\"a\":nul}",
                    "{\"a\":True}",
                    "{\"a\":NaN}",
                    "{\"a\":Infinity}",
                    "{\"a\":[1,]}",
                    "{\"a\":[1 2]}",
                    "{\"a\":/**/1}",
                    "\xEF\xBB\xBF{}"},
                   Malformed::not_json);
}

TEST(JsonBadInput, NotAnObject) {
    expect_problem({"[{\"type\":\"PING\"}]", "\"PING\"", "5", "null", "true", "-"}, Malformed::not_json);
}

TEST(JsonBadInput, NumbersThatJsonDoesNotKnow) {
    expect_problem({"{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":0x1}",
                    "{\"a\":1e99999999999}", "{\"a\":00}", "{\"a\":--1}"},
                   Malformed::not_json);
}

TEST(JsonBadInput, TextsThatJsonDoesNotKnow) {
    using namespace std::string_literals;
    expect_problem({"{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\0\"}"s, "{\"a\0\":1}"s, "{\"a\":\"\\x\"}",
                    "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\U1234\"}", "{\"\\\":1}\"}"},
                   Malformed::not_json);
}

TEST(JsonBadInput, SurrogatesThatAreAlone) {
    expect_problem({R"({"a":"\ud800"})", R"({"a":"\udc00"})", R"({"a":"\udfff and some more text"})",
                    R"({"a":"\ud800 and some more text"})", R"({"a":"\ud800\n and some more text"})",
                    R"({"a":"\ud800\ud800 and some more text"})", R"({"a":"\ud800A and some more text"})",
                    R"({"a":"\udc00\ud800 and some more text"})", R"({"\ud800":"a name and some more text"})"},
                   Malformed::not_json);
}

TEST(JsonBadInput, InvalidUtf8) {
    for (const char* bytes :
         {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE2\x82", "\xED\xA0\x80",
          "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x9F\x8E", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
        const std::string text = bytes;
        expect_problem({"{\"type\":\"QUERY\",\"id\":\"x\",\"file\":\"" + text + "\"}",
                        "{\"type\":\"QUERY\",\"id\":\"x\",\"file\":\"" + text + " and so on, for over 16 bytes\"}",
                        "{\"type\":\"QUERY\",\"id\":\"x\",\"file\":\"\\n" + text + "\"}",
                        "{\"type\":\"BYE\",\"x\":{\"" + text + "\":1}}", "{\"type\":\"BYE\",\"" + text + "\":1}",
                        "{\"type\":\"BYE\"," + text + "}"},
                       Malformed::not_json);
    }
}

TEST(JsonBadInput, NulBytes) {
    using namespace std::string_literals;
    expect_problem({"\0"s, "\0{\"type\":\"BYE\"}"s, "{\0\"type\":\"BYE\"}"s, "{\"type\":\0\"BYE\"}"s,
                    "{\"type\":\"BYE\"\0}"s, "{\"type\":\"B\0YE\"}"s},
                   Malformed::not_json);
}

TEST(JsonBadInput, NoType) {
    expect_problem({"{}", "{ }", R"({"id":"x"})", R"({"type":null,"id":"x"})", R"({"x":{"type":"PING"},"id":"x"})"},
                   Malformed::missing_field);
}

TEST(JsonBadInput, AWrongType) {
    expect_problem({R"({"type":5})", R"({"type":true})", R"({"type":["PING"]})", R"({"type":{"type":"PING"}})"},
                   Malformed::wrong_kind);
}

TEST(JsonBadInput, NoId) {
    expect_problem({R"({"type":"PING"})", R"({"type":"PING","id":null})", R"({"type":"QUERY","file":"f"})",
                    R"({"type":"QUERY","file":"f","id":null})"},
                   Malformed::missing_field);
}

TEST(JsonBadInput, AWrongId) {
    for (const char* type : {"PING", "PONG", "QUERY", "QUERY-HIT", "BYE"}) {
        for (const std::string& id :
             {std::string("5"), std::string("true"), std::string("[]"), std::string("{}"), std::string("\"\""),
              text_of(129, 'i'), "\"\\u0069" + std::string(5000, 'i') + "\""}) {
            expect_problem({"{\"type\":\"" + std::string(type) + "\",\"file\":\"f\",\"id\":" + id + "}"},
                           Malformed::wrong_kind);
        }
    }
}

TEST(JsonBadInput, NoFile) {
    expect_problem({R"({"type":"QUERY","id":"x"})", R"({"type":"QUERY","id":"x","file":null})",
                    R"({"type":"QUERY","id":"x","file":null,"urn":null})"},
                   Malformed::missing_field);
}

struct Field {
    std::string type;
    std::string name;
    std::vector<std::string> wrong;
};

const std::vector<std::string> no_text{"5", "-1", "1.5", "true", "[]", "[\"a\"]", "{}"};
const std::vector<std::string> no_byte{
    "-1", "-9223372036854775808", "7.0", "1.5", "1e3", "1E0", "0.0", "-0.0", "1e400", "\"7\"", "true", "[]", "[7]",
    "{}"};
const std::vector<std::string> no_list{"5", "-1", "1.5", "\"a\"", "true", "{}"};

std::vector<std::string> and_also(std::vector<std::string> some, const std::vector<std::string>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

TEST(JsonBadInput, WrongKindsOfValue) {
    const std::vector<std::string> no_port = and_also(no_byte, {"65536", "4294967296", "18446744073709551616"});
    const std::vector<std::string> no_size = and_also(no_byte, {"18446744073709551616", "99999999999999999999999999"});
    const std::vector<std::string> no_results = and_also(
        no_list, {"[5]", "[null]", "[\"a\"]", "[[]]", "[[{\"name\":\"a\"}]]", "[{\"name\":5}]", "[{\"name\":[]}]",
                  "[{\"name\":{}}]", "[{\"name\":\"a\",\"size\":-1}]", "[{\"name\":\"a\",\"size\":1.0}]",
                  "[{\"name\":\"a\",\"size\":\"1\"}]", "[{\"name\":\"a\",\"size\":18446744073709551616}]",
                  "[{\"name\":\"a\",\"urn\":5}]", "[{\"name\":\"a\"},5]", "[{\"name\":\"a\",\"name\":5}]"});
    const std::vector<std::string> no_texts =
        and_also(no_list, {"[5]", "[null]", "[[]]", "[{}]", "[\"a\",5]", "[true]"});
    std::vector<Field> fields;
    for (const char* type : {"PING", "PONG", "QUERY", "QUERY-HIT"}) {
        fields.push_back({type, "host", and_also(no_text, {text_of(256, 'h')})});
        fields.push_back({type, "port", no_port});
    }
    for (const char* type : {"PING", "PONG"}) {
        fields.push_back({type, "v", and_also(no_byte, {"4294967296"})});
        fields.push_back({type, "agent", no_text});
        fields.push_back({type, "peer", and_also(no_text, {"\"\"", text_of(129, 'p')})});
    }
    fields.push_back({"PONG", "files", no_size});
    fields.push_back({"PONG", "bytes", no_size});
    fields.push_back({"PONG", "hosts", no_texts});
    fields.push_back({"QUERY", "file", and_also(no_text, {text_of(1025, 'f')})});
    fields.push_back({"QUERY", "urn", no_text});
    fields.push_back({"QUERY", "ttl", no_byte});
    fields.push_back({"QUERY", "hops", no_byte});
    fields.push_back({"QUERY", "reply", no_text});
    fields.push_back({"QUERY-HIT", "hasFile", {"5", "0", "\"true\"", "[]", "[true]", "{}"}});
    fields.push_back({"QUERY-HIT", "peer", no_text});
    fields.push_back({"QUERY-HIT", "results", no_results});
    fields.push_back({"QUERY-HIT", "transports", no_texts});
    fields.push_back({"QUERY-HIT", "proxies", no_texts});
    fields.push_back({"QUERY-HIT", "client", no_text});
    for (const char* type : {"QUERY", "QUERY-HIT"}) {
        fields.push_back({type, "firewalled", {"5", "0", "\"true\"", "[]", "[true]", "{}"}});
    }
    fields.push_back({"BYE", "code", no_port});
    fields.push_back({"BYE", "reason", no_text});
    for (const Field& field : fields) {
        for (const std::string& value : field.wrong) {
            const std::string file = field.type == "QUERY" ? ",\"file\":\"f\"" : "";
            expect_problem(
                {"{\"type\":\"" + field.type + "\",\"id\":\"x\"" + file + ",\"" + field.name + "\":" + value + "}"},
                Malformed::wrong_kind);
        }
    }
}

std::string nested(std::size_t depth, char open, char close) {
    std::string message = "{\"type\":\"BYE\",\"x\":";
    message.append(depth - 1, open).append(depth - 1, close);
    message += '}';
    return message;
}

TEST(JsonBadInput, NestedOverEight) {
    EXPECT_TRUE(Decoded(nested(8, '[', ']')).is_message());
    EXPECT_EQ(Decoded(nested(9, '[', ']')).problem(), Malformed::too_deep);
    EXPECT_EQ(Decoded(nested(9, '{', '}')).problem(), Malformed::too_deep);
    EXPECT_EQ(Decoded(nested(30'000, '[', ']')).problem(), Malformed::too_deep);
    EXPECT_TRUE(Decoded(nested(20, '[', ']'), {.max_nesting = 20}).is_message());
    EXPECT_TRUE(Decoded(nested(100, '[', ']'), {.max_nesting = 100}).is_message());
}

TEST(JsonBadInput, NestingIsSeenBeforeTheEnd) {
    EXPECT_EQ(Decoded("{\"a\":[[[[[[[[").problem(), Malformed::too_deep);
}

TEST(JsonBadInput, BracketsInTextsAreNoNesting) {
    EXPECT_TRUE(Decoded(R"({"type":"BYE","reason":"[[[[[[[[[[{{{{{{{{{{\"[[\\"})").is_message());
}

std::string of_size(std::size_t size) {
    std::string message = "{\"type\":\"BYE\",\"x\":\"";
    message.resize(size - 2, 'x');
    message += "\"}";
    return message;
}

TEST(JsonBadInput, Over64KiB) {
    EXPECT_TRUE(Decoded(of_size(65'536)).is_message());
    EXPECT_EQ(Decoded(of_size(65'537)).problem(), Malformed::too_large);
    EXPECT_EQ(Decoded(of_size(1'000'000)).problem(), Malformed::too_large);
}

TEST(JsonBadInput, SizeIsSeenBeforeTheEnd) {
    EXPECT_EQ(Decoded(of_size(65'537).substr(0, 65'535)).outcome(), JsonDecoder::Outcome::incomplete);
    EXPECT_EQ(Decoded(of_size(65'537).substr(0, 65'536)).problem(), Malformed::too_large);
}

TEST(JsonBadInput, AMegabyteWithoutANewline) {
    EXPECT_EQ(Decoded(std::string(1 << 20, 'x')).problem(), Malformed::not_json);
    EXPECT_EQ(Decoded("{" + std::string(1 << 20, 'x')).problem(), Malformed::too_large);
    EXPECT_EQ(Decoded("{\"" + std::string(1 << 20, '\\')).problem(), Malformed::too_large);
    EXPECT_EQ(Decoded("{\"" + std::string(1 << 20, '"')).problem(), Malformed::too_large);
}

TEST(JsonBadInput, TheSizeOfAMessageIsItsOwn) {
    const Decoded decoded(std::string(100'000, ' ') + of_size(65'536) + of_size(65'537));
    EXPECT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.step.consumed, 165'536U);
}

TEST(JsonBadInput, EachProblemHasAReasonOfItsOwn) {
    std::set<std::string_view> reasons;
    for (const Malformed problem : {Malformed::not_json, Malformed::too_large, Malformed::too_deep,
                                    Malformed::missing_field, Malformed::wrong_kind}) {
        EXPECT_FALSE(reason_of(problem).empty());
        EXPECT_LT(reason_of(problem).size(), 100U);
        reasons.insert(reason_of(problem));
    }
    EXPECT_EQ(reasons.size(), 5U);
}

}  // namespace
}  // namespace gnutella::wire
