#include "transfer/browse_listing.hpp"

#include "net/browse_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

namespace gnutella::transfer {
namespace {

using net::BrowseReader;
using ::testing::HasSubstr;
using ::testing::Not;
using Coding = BrowseRequest::Coding;
using Form = BrowseRequest::Form;
using Chunks = HttpRequest::Chunks;

BrowseRequest request(Form form, Coding coding = Coding::none, Chunks chunks = Chunks::unknown) {
    return {HttpMethod::get, form, coding, chunks};
}

Owner owner() {
    Owner owner;
    owner.servent.bytes[0] = 7;
    owner.address = wire::IpAddress::v4({1, 2, 3, 4});
    owner.port = 6346;
    owner.agent = "agent/1 <&>";
    return owner;
}

ListedFile file(std::uint64_t number) {
    Sha1 sha1{};
    sha1[0] = static_cast<std::uint8_t>(number);
    sha1[1] = static_cast<std::uint8_t>(number >> 8);
    return {number, "file " + std::to_string(number) + ".txt", number * 10, Urn(sha1)};
}

std::string body_of(const BrowseRequest& wanted, const std::vector<ListedFile>& files) {
    BrowseListing listing(wanted, owner(), Guid{});
    std::string body;
    listing.begin(body);
    for (std::size_t at = 0; at < files.size(); at += BrowseListing::files_at_once) {
        const std::size_t count = std::min(BrowseListing::files_at_once, files.size() - at);
        listing.add(std::span(files).subspan(at, count), body);
    }
    listing.end(body);
    return body;
}

std::vector<ListedFile> files(std::size_t count) {
    std::vector<ListedFile> files;
    for (std::size_t number = 1; number <= count; ++number) {
        files.push_back(file(number));
    }
    return files;
}

BrowseReader reader(BrowseReader::Coding coding) {
    wire::DecodeLimits limits;
    limits.max_results = 255;
    return BrowseReader(coding, limits, {"peer", 1234}, "client");
}

std::string without_chunks(std::string_view body) {
    std::string whole;
    for (;;) {
        const std::size_t line = body.find("\r\n");
        const std::size_t size = std::stoull(std::string(body.substr(0, line)), nullptr, 16);
        whole += body.substr(line + 2, size);
        body.remove_prefix(line + 2 + size + 2);
        if (size == 0) {
            EXPECT_TRUE(body.empty());
            return whole;
        }
    }
}

TEST(BrowseListing, IsReadAsItIsWritten) {
    const auto wanted = files(200);
    for (const Coding coding : {Coding::none, Coding::deflate}) {
        for (const Chunks chunks : {Chunks::unknown, Chunks::understood}) {
            std::string body = body_of(request(Form::packets, coding, chunks), wanted);
            if (chunks == Chunks::understood) {
                body = without_chunks(body);
            }
            BrowseReader read =
                reader(coding == Coding::deflate ? BrowseReader::Coding::deflate : BrowseReader::Coding::none);
            std::vector<Hit> hits;
            for (std::size_t at = 0; at < body.size(); at += 100) {  // as it may come
                ASSERT_FALSE(read.take(std::string_view(body).substr(at, 100), hits));
            }
            EXPECT_FALSE(read.is_cut_short());
            ASSERT_EQ(hits.size(), wanted.size());
            for (std::size_t at = 0; at < hits.size(); ++at) {
                EXPECT_EQ(hits[at].name, wanted[at].name);
                EXPECT_EQ(hits[at].size, wanted[at].size);
                EXPECT_EQ(hits[at].index, wanted[at].id);
                EXPECT_EQ(hits[at].urn, wanted[at].urn);
                EXPECT_EQ(hits[at].peer, owner().servent);
                EXPECT_EQ(hits[at].source, (Endpoint{"peer", 1234}));
                EXPECT_TRUE(hits[at].browsable);
            }
        }
    }
}

TEST(BrowseListing, OfNothingIsEmpty) {
    EXPECT_EQ(body_of(request(Form::packets), {}), "");
    EXPECT_EQ(body_of(request(Form::packets, Coding::none, Chunks::understood), {}), "0\r\n\r\n");
}

TEST(BrowseListing, SplitsLongNamesOverHits) {
    std::vector<ListedFile> wanted = files(BrowseListing::files_at_once);
    for (ListedFile& each : wanted) {
        each.name += std::string(900, 'x');
    }
    const std::string body = body_of(request(Form::packets), wanted);
    BrowseReader read = reader(BrowseReader::Coding::none);
    std::vector<Hit> hits;
    ASSERT_FALSE(read.take(body, hits)) << "no message over 64 KiB";
    EXPECT_EQ(hits.size(), wanted.size());
}

// What a connection holds of a list of a million files at a time.
TEST(BrowseListing, OfAMillionFilesNeedsNoMoreMemoryThanOneOfAFew) {
    constexpr std::size_t once = BrowseListing::files_at_once;
    // Over and over: to make a million takes longer than all the rest.
    const std::vector<ListedFile> some = files(100 * once);
    for (const Form form : {Form::packets, Form::page}) {
        BrowseListing listing(request(form, Coding::deflate, Chunks::understood), owner(), Guid{});
        std::string piece;
        listing.begin(piece);
        std::size_t most = piece.capacity();
        for (std::size_t number = 0; number < 1'000'000; number += once) {
            piece.clear();
            listing.add(std::span(some).subspan(number % some.size(), once), piece);
            most = std::max(most, piece.capacity());
        }
        listing.end(piece);
        EXPECT_LT(most, 256 * 1024U);
    }
}

TEST(BrowseListing, IsAPageWithoutMarkupOfStrangers) {
    auto wanted = files(1);
    wanted[0].name = "<script>\"&'.txt";
    const std::string body = body_of(request(Form::page), wanted);
    EXPECT_THAT(body, HasSubstr("<h1>agent/1 &lt;&amp;&gt;</h1>"));
    EXPECT_THAT(body, HasSubstr("<a href=\"/get/1/%3Cscript%3E%22%26%27.txt\">&lt;script&gt;&quot;&amp;&#39;.txt</a>"));
    EXPECT_THAT(body, Not(HasSubstr("<script>")));
}

TEST(BrowseReader, EndsAtWhatIsNoList) {
    std::vector<Hit> hits;
    EXPECT_EQ(reader(BrowseReader::Coding::deflate).take("no zlib stream at all", hits), Error::source_answer);
    const std::string too_long = std::string(16, 'x') + "\x81\x01" + std::string(1, '\0') + std::string(4, '\x7F');
    EXPECT_EQ(reader(BrowseReader::Coding::none).take(too_long + std::string(8, 'x'), hits), Error::source_answer);
    EXPECT_TRUE(hits.empty());
}

TEST(BrowseReader, KnowsThatALastMessageIsMissing) {
    const std::string body = body_of(request(Form::packets), files(3));
    BrowseReader read = reader(BrowseReader::Coding::none);
    std::vector<Hit> hits;
    ASSERT_FALSE(read.take(std::string_view(body).substr(0, body.size() - 1), hits));
    EXPECT_TRUE(read.is_cut_short());
}

}  // namespace
}  // namespace gnutella::transfer
