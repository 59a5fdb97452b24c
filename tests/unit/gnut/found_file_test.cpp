#include "found_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnut {
namespace {

using testing::ElementsAre;

gnutella::Urn urn(std::uint8_t seed) {
    gnutella::Sha1 sha1{};
    sha1.fill(seed);
    return gnutella::Urn(sha1);
}

gnutella::Hit hit(std::string name, std::uint64_t size, std::optional<gnutella::Urn> what, std::uint16_t port = 1) {
    gnutella::Hit made;
    made.name = std::move(name);
    made.size = size;
    made.urn = std::move(what);
    made.source = {"192.0.2.1", port};
    return made;
}

gnutella::Hit raw_hit(std::string name, std::string content, std::uint16_t port = 1) {
    gnutella::Hit made = hit(std::move(name), content.size(), {}, port);
    made.content = std::make_shared<const std::string>(std::move(content));
    return made;
}

std::vector<std::uint16_t> ports(const FoundFile& file) {
    std::vector<std::uint16_t> all;
    for (const auto& source : file.sources) {
        all.push_back(source.source.port);
    }
    return all;
}

TEST(FoundFile, HitsOfOneUrnAreSourcesOfOneFileWhateverTheyCallIt) {
    const std::vector hits{hit("a.txt", 5, urn(1), 1), hit("b.txt", 5, urn(2), 2), hit("copy.txt", 5, urn(1), 3)};

    const auto files = group_by_file(hits);

    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].name, "a.txt");
    EXPECT_THAT(ports(files[0]), ElementsAre(1, 3));
    EXPECT_THAT(ports(files[1]), ElementsAre(2));
}

TEST(FoundFile, TheFullerUrnIsKept) {
    const gnutella::Urn both(*urn(1).sha1(), gnutella::TigerRoot{});
    const auto files = group_by_file(std::vector{hit("a", 5, urn(1)), hit("a", 5, both)});
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].urn, both);
}

TEST(FoundFile, ASourceThatLiesAboutTheSizeIsKeptApart) {
    EXPECT_EQ(group_by_file(std::vector{hit("a", 5, urn(1)), hit("a", 6, urn(1))}).size(), 2U);
}

TEST(FoundFile, ALegacyHitThatLooksLikeAVerifiableFileIsNoChoiceOfItsOwn) {
    const auto files = group_by_file(std::vector{raw_hit("a", "12345", 1), hit("a", 5, urn(1), 2)});
    ASSERT_EQ(files.size(), 1U);
    EXPECT_THAT(ports(files[0]), ElementsAre(2));
}

TEST(FoundFile, LegacyHitsAreOneFileOnlyWithOneContent) {
    EXPECT_EQ(group_by_file(std::vector{raw_hit("a", "same"), raw_hit("a", "same")}).size(), 1U);
    EXPECT_EQ(group_by_file(std::vector{raw_hit("a", "this"), raw_hit("a", "that")}).size(), 2U);
}

TEST(FoundFile, AnExactNameGoesBeforeOthers) {
    const std::vector hits{hit("report.pdf.old", 5, urn(1)), hit("report.pdf", 6, urn(2))};
    const auto files = matching_files(hits, Target("report.pdf"));
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].name, "report.pdf");
}

TEST(FoundFile, WithoutAnExactNameAllThatAnsweredMatch) {
    const std::vector hits{hit("report one.pdf", 5, urn(1)), hit("report two.pdf", 6, urn(2))};
    EXPECT_EQ(matching_files(hits, Target("report")).size(), 2U);
}

TEST(FoundFile, AFileAskedForByContentIsNeverAmbiguous) {
    const std::vector hits{hit("a", 6, urn(1), 1), hit("a", 5, urn(1), 2), hit("b", 5, urn(1), 3),
                           hit("c", 5, urn(2), 4)};
    const auto files = matching_files(hits, Target(urn(1)));
    ASSERT_EQ(files.size(), 1U);
    EXPECT_THAT(ports(files[0]), ElementsAre(2, 3));
    EXPECT_TRUE(matching_files(hits, Target(urn(9))).empty());
}

TEST(FoundFile, IsPickedByNumberFromOneOrByUrn) {
    const auto files = group_by_file(std::vector{hit("a", 5, urn(1)), hit("b", 5, urn(2))});
    EXPECT_EQ(pick(files, "1"), 0U);
    EXPECT_EQ(pick(files, "2"), 1U);
    EXPECT_EQ(pick(files, urn(2).to_string()), 1U);
    for (const auto* none : {"0", "3", "-1", "99999999999999999999999", "b", ""}) {
        EXPECT_EQ(pick(files, none), std::nullopt) << none;
    }
    EXPECT_EQ(pick(files, urn(3).to_string()), std::nullopt);
}

TEST(FoundFile, APickOfAListHasTheSourcesOfItsTwins) {
    const std::vector<FoundFile> listed{{"a", 5, urn(1), {hit("a", 5, urn(1), 1)}},
                                        {"b", 5, urn(2), {hit("b", 5, urn(2), 2)}},
                                        {"c", 5, urn(1), {hit("c", 5, urn(1), 3)}}};
    EXPECT_THAT(ports(with_all_sources(listed, 2)), ElementsAre(3, 1));
    EXPECT_THAT(ports(with_all_sources(listed, 1)), ElementsAre(2));
}

TEST(FoundFile, AMagnetLinksSourcesAreHitsWhenItSaysTheSize) {
    gnutella::Magnet magnet{urn(1), "a.txt", 12, {{"192.0.2.1", 8025}}};
    const auto hits = hits_of(magnet);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].name, "a.txt");
    EXPECT_EQ(hits[0].size, 12U);
    EXPECT_EQ(hits[0].source.port, 8025);
    EXPECT_THAT(hits[0].transports, ElementsAre(gnutella::Transport::http));

    magnet.size.reset();
    EXPECT_TRUE(hits_of(magnet).empty());
}

TEST(FoundFile, AMagnetLinksNumberedSourcesAreHitsOfGnutella) {
    gnutella::Magnet magnet{urn(1), "a.txt", 12, {{"192.0.2.1", 8025}}};
    magnet.numbered_sources = {{{"192.0.2.2", 6346}, 7, "theirs.txt"}};
    const auto hits = hits_of(magnet);
    ASSERT_EQ(hits.size(), 2U);
    EXPECT_EQ(hits[0].dialect, gnutella::Dialect::json);
    EXPECT_EQ(hits[1].name, "theirs.txt");
    EXPECT_EQ(hits[1].index, 7U);
    EXPECT_EQ(hits[1].source.port, 6346);
    EXPECT_EQ(hits[1].dialect, gnutella::Dialect::gnutella);
    EXPECT_EQ(group_by_file(hits).size(), 1U);
}

TEST(FoundFile, AMagnetLinkWithoutANameGivesTheHashForOne) {
    const auto hits = hits_of({urn(1), "", 12, {{"192.0.2.1", 8025}}});
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].name, urn(1).to_string().substr(9));
}

}  // namespace
}  // namespace gnut
