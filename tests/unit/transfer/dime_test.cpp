#include "transfer/dime.hpp"
#include "sample_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gnutella::transfer {
namespace {

using test::bytes_of;
using testing::ElementsAre;

DimeRecord record(std::string type, std::string id, std::string data) {
    return {DimeTypeFormat::uri, std::move(type), std::move(id), std::move(data)};
}

std::optional<std::vector<DimeRecord>> records_of(const std::string& message) {
    return read_dime(bytes_of(message), 4);
}

// A record as it stands on the wire, part by part.
std::string on_the_wire(unsigned first, unsigned format, const std::string& id, const std::string& type,
                        const std::string& data, const std::string& options = {}) {
    const auto number = [](std::size_t value, int size) {
        std::string text;
        while (size-- > 0) {
            text += static_cast<char>(value >> 8 * size & 0xFF);
        }
        return text;
    };
    const auto padded = [](std::string part) { return part.append((4 - part.size() % 4) % 4, '\0'); };
    return number(first, 1) + number(format << 4, 1) + number(options.size(), 2) + number(id.size(), 2) +
           number(type.size(), 2) + number(data.size(), 4) + padded(options) + padded(id) + padded(type) + padded(data);
}

constexpr unsigned version = 1 << 3;
constexpr unsigned begin = 4;
constexpr unsigned end = 2;
constexpr unsigned chunk = 1;

TEST(Dime, WritesARecordAsTheDraftDrawsIt) {
    const std::array records{record("t", "id123", "abc")};
    EXPECT_EQ(write_dime(records), std::string("\x0E\x20\0\0\0\x05\0\x01\0\0\0\x03"
                                               "id123\0\0\0t\0\0\0abc\0",
                                               28));
}

TEST(Dime, ReadsWhatItWrote) {
    const std::array records{record("text/xml", "", "<a/>"), record("tree", "uuid:1", std::string(1000, '\1')),
                             record("", "", "")};
    EXPECT_EQ(records_of(write_dime(records)), std::vector(records.begin(), records.end()));
}

TEST(Dime, PassesOptionsOver) {
    EXPECT_THAT(*records_of(on_the_wire(version | begin | end, 2, "i", "t", "data", "options")),
                ElementsAre(record("t", "i", "data")));
}

TEST(Dime, PutsChunksTogether) {
    const std::string message =
        on_the_wire(version | begin | chunk, 2, "i", "t", "one") + on_the_wire(version | chunk, 0, "", "", "two") +
        on_the_wire(version, 0, "", "", "three") + on_the_wire(version | end, 2, "", "u", "four");
    EXPECT_THAT(*records_of(message), ElementsAre(record("t", "i", "onetwothree"), record("u", "", "four")));
}

TEST(Dime, DoesNotMissThePaddingOfTheLastRecord) {
    std::string message = on_the_wire(version | begin | end, 2, "", "t", "x");
    message.resize(message.size() - 3);
    EXPECT_THAT(*records_of(message), ElementsAre(record("t", "", "x")));
}

TEST(Dime, RefusesAMessageThatIsCutAnywhere) {
    const std::array records{record("t", "i", "data"), record("u", "j", "more")};
    const std::string message = write_dime(records);
    for (std::size_t size = 0; size < message.size(); ++size) {
        EXPECT_FALSE(records_of(message.substr(0, size))) << size;
    }
}

TEST(Dime, RefusesWhatIsNotWellFormed) {
    const std::string whole = on_the_wire(version | begin | end, 2, "", "t", "x");
    EXPECT_FALSE(records_of(on_the_wire(2 << 3 | begin | end, 2, "", "t", "x"))) << "of another version";
    EXPECT_FALSE(records_of(on_the_wire(version | begin | end, 5, "", "t", "x"))) << "an unknown type format";
    EXPECT_FALSE(records_of(on_the_wire(version | end, 2, "", "t", "x"))) << "without a beginning";
    EXPECT_FALSE(records_of(on_the_wire(version | begin, 2, "", "t", "x") + whole)) << "with two beginnings";
    EXPECT_FALSE(records_of(on_the_wire(version | begin | end, 0, "", "", "x"))) << "a chunk of nothing";
    EXPECT_FALSE(records_of(on_the_wire(version | begin | end | chunk, 2, "", "t", "x")))
        << "ends before its last chunk";
    EXPECT_FALSE(
        records_of(on_the_wire(version | begin | chunk, 2, "", "t", "x") + on_the_wire(version | end, 2, "", "t", "")))
        << "a chunk with a type";
}

TEST(Dime, RefusesMoreRecordsThanItMayTake) {
    const std::vector<DimeRecord> records(5, record("t", "", "x"));
    EXPECT_FALSE(read_dime(bytes_of(write_dime(records)), 4));
    EXPECT_TRUE(read_dime(bytes_of(write_dime(records)), 5));
}

TEST(Dime, RefusesALengthBeyondTheMessage) {
    std::string message = on_the_wire(version | begin | end, 2, "", "t", "x");
    message[8] = '\xFF';
    EXPECT_FALSE(records_of(message));
}

}  // namespace
}  // namespace gnutella::transfer
