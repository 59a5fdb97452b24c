#include "share/index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace gnutella::share {
namespace {

using Names = std::vector<std::string>;

Urn urn_of(std::uint32_t number) {
    Sha1 sha1{};
    TigerRoot tiger{};
    for (std::size_t byte = 0; byte < 4; ++byte) {
        sha1[byte] = tiger[byte] = static_cast<std::uint8_t>(number >> 8 * byte);
    }
    return Urn(sha1, tiger);
}

SharedFile file_at(const std::filesystem::path& path, std::uint64_t size = 1, std::uint32_t content = 1) {
    return {path.filename().string(), path, size, 0, urn_of(content)};
}

class Indexed : public ::testing::Test {
  protected:
    Index::FileId add(const std::filesystem::path& path) { return index_.add(file_at(path)); }

    Names find(std::string_view text, std::size_t most = 100) const {
        std::vector<Index::FileId> found;
        index_.find(text, most, found);
        return names(found);
    }

    Names find_exact(std::string_view name, std::size_t most = 100) const {
        std::vector<Index::FileId> found;
        index_.find_exact(name, most, found);
        return names(found);
    }

    Names find_urn(const Urn& urn, std::size_t most = 100) const {
        std::vector<Index::FileId> found;
        index_.find_urn(urn, most, found);
        return names(found);
    }

    Names names(const std::vector<Index::FileId>& found) const {
        Names list;
        for (const Index::FileId id : found) {
            list.push_back(index_.file(id) != nullptr ? index_.file(id)->name : "(gone)");
        }
        return list;
    }

    Index index_;
};

TEST_F(Indexed, FilesAreFoundByEveryWordOfTheirName) {
    add("/s/The Annual Report.pdf");
    for (const char* text : {"the", "annual", "REPORT", "pdf", "report annual", "pdf.the", "Annual-annual"}) {
        EXPECT_EQ(find(text), Names{"The Annual Report.pdf"}) << text;
    }
}

TEST_F(Indexed, FilesAreNotFoundByPartsOfWordsOrOfThePath) {
    add("/shares/annual report.pdf");
    for (const char* text : {"rep", "reports", "shares", "annual report doc", "annualreport"}) {
        EXPECT_EQ(find(text), Names{}) << text;
    }
}

TEST_F(Indexed, FilesAreFoundWithoutRegardToAccents) {
    add("/s/Bj\xC3\xB6rk - J\xC3\xB3ga.mp3");
    EXPECT_EQ(find("bjork joga").size(), 1U);
    EXPECT_EQ(find("BJ\xC3\x96RK").size(), 1U);
}

TEST_F(Indexed, TheExactNameComesFirstThenShorterOnesThenByName) {
    for (const char* name : {"report two b.txt", "report.txt.bak", "a report.txt", "report.txt", "report two a.txt"}) {
        add(std::filesystem::path("/s") / name);
    }
    EXPECT_EQ(find("report txt"),
              (Names{"report.txt", "a report.txt", "report.txt.bak", "report two a.txt", "report two b.txt"}));
    EXPECT_EQ(find("report.txt.bak"), (Names{"report.txt.bak"}));
    add("/s/txt");
    add("/s/TXT");
    EXPECT_EQ(find("txt", 2), (Names{"txt", "TXT"}));
    EXPECT_EQ(find("TXT", 1), (Names{"TXT"}));
}

TEST_F(Indexed, NoMoreAreFoundThanAskedForAndTheyAreTheBest) {
    for (int number = 100; number > 0; --number) {
        add("/s/file " + std::string(static_cast<std::size_t>(number), 'x'));
    }
    EXPECT_EQ(find("file", 3), (Names{"file x", "file xx", "file xxx"}));
    EXPECT_EQ(find("file", 0), Names{});
    EXPECT_EQ(find("file", 1000).size(), 100U);
}

TEST_F(Indexed, WhatIsFoundIsAppended) {
    const auto id = add("/s/file");
    std::vector<Index::FileId> found{7};
    index_.find("file", 5, found);
    index_.find_exact("file", 5, found);
    index_.find_urn(urn_of(1), 5, found);
    EXPECT_EQ(found, (std::vector<Index::FileId>{7, id, id, id}));
}

TEST_F(Indexed, ATextWithoutWordsFindsOnlyAFileOfThatName) {
    add("/s/!!!");
    add("/s/other");
    EXPECT_EQ(find("!!!"), Names{"!!!"});
    EXPECT_EQ(find("??"), Names{});
    EXPECT_EQ(find(""), Names{});
}

TEST_F(Indexed, ALegacyQueryFindsTheExactNameAlone) {
    add("/s/Report.txt");
    add("/t/Report.txt");
    EXPECT_EQ(find_exact("Report.txt"), (Names{"Report.txt", "Report.txt"}));
    EXPECT_EQ(find_exact("Report.txt", 1).size(), 1U);
    for (const char* name : {"report.txt", "Report", "Report.txt ", "", "Report.tx"}) {
        EXPECT_EQ(find_exact(name), Names{}) << name;
    }
}

TEST_F(Indexed, ALegacyQueryForAPathFindsNothing) {
    index_.add({"a\\b", "/s/a\\b", 1, 0, urn_of(1)});
    index_.add({"..", "/s/..", 1, 0, urn_of(1)});
    add("/s/passwd");
    for (const char* name : {"/s/passwd", "../passwd", "s/passwd", "./passwd", "a\\b", "..", "."}) {
        EXPECT_EQ(find_exact(name), Names{}) << name;
    }
    add("/s/a..b");
    EXPECT_EQ(find_exact("a..b"), Names{"a..b"});
}

TEST_F(Indexed, FilesAreFoundByEitherOfTheirHashes) {
    index_.add(file_at("/s/one", 1, 1));
    index_.add(file_at("/s/two", 1, 2));
    index_.add(file_at("/s/copy of one", 1, 1));
    const Urn one = urn_of(1);
    for (const Urn& urn : {one, Urn(*one.sha1()), Urn(*one.tiger())}) {
        Names found = find_urn(urn);
        std::ranges::sort(found);
        EXPECT_EQ(found, (Names{"copy of one", "one"}));
        EXPECT_EQ(find_urn(urn, 1).size(), 1U);
    }
    EXPECT_EQ(find_urn(urn_of(3)), Names{});
    EXPECT_EQ(find_urn(Urn(*one.sha1(), *urn_of(2).tiger())), Names{});
    Sha1 same_beginning = *one.sha1();
    same_beginning.back() = 0xFF;
    EXPECT_EQ(find_urn(Urn(same_beginning)), Names{});
}

TEST_F(Indexed, AFileOfTheSamePathIsReplaced) {
    const auto before = index_.add(file_at("/s/file", 10, 1));
    const auto after = index_.add(file_at("/s/file", 20, 2));
    EXPECT_EQ(index_.files(), 1U);
    EXPECT_EQ(index_.bytes(), 20U);
    EXPECT_EQ(index_.file(before), nullptr);
    ASSERT_NE(index_.file(after), nullptr);
    EXPECT_EQ(index_.file(after)->size, 20U);
    EXPECT_EQ(find_urn(urn_of(1)), Names{});
    EXPECT_EQ(find("file"), Names{"file"});
    EXPECT_EQ(find_exact("file"), Names{"file"});
}

TEST_F(Indexed, ARemovedFileIsFoundByNothing) {
    const auto id = add("/s/some file");
    add("/s/other file");
    index_.remove("/s/some file");
    EXPECT_EQ(index_.file(id), nullptr);
    EXPECT_EQ(find("some"), Names{});
    EXPECT_EQ(find("file"), Names{"other file"});
    EXPECT_EQ(find_exact("some file"), Names{});
    EXPECT_EQ(find_urn(urn_of(1)), Names{"other file"});
    EXPECT_EQ(index_.files(), 1U);
    EXPECT_EQ(index_.bytes(), 1U);
    index_.remove("/s/some file");
    index_.remove("/s/never there");
    EXPECT_EQ(index_.files(), 1U);
}

TEST_F(Indexed, AFolderIsRemovedWithAllBelowItAndNothingElse) {
    add("/s/a/one");
    add("/s/a/b/two");
    add("/s/ab/three");
    add("/s/a file");
    index_.remove_below("/s/a");
    EXPECT_EQ(find("one"), Names{});
    EXPECT_EQ(find("two"), Names{});
    EXPECT_EQ(index_.files(), 2U);
    index_.remove_below("/");
    EXPECT_EQ(index_.files(), 0U);
}

TEST_F(Indexed, ClearForgetsAllAndNoIdComesAgain) {
    const auto before = add("/s/file");
    index_.clear();
    EXPECT_EQ(index_.files(), 0U);
    EXPECT_EQ(index_.bytes(), 0U);
    EXPECT_EQ(find("file"), Names{});
    EXPECT_NE(add("/s/file"), before);
    EXPECT_EQ(index_.file(before), nullptr);
}

TEST_F(Indexed, AllGivesEveryFile) {
    add("/s/one");
    add("/s/two");
    add("/s/three");
    index_.remove("/s/two");
    const auto all = index_.all();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].path, "/s/one");
    EXPECT_EQ(all[1].path, "/s/three");
}

TEST_F(Indexed, ATextLongerThanAnyNameFindsNothing) {
    std::string text = "file";
    while (text.size() + 5 <= Index::max_text) {
        text += " file";
    }
    add("/s/file");
    EXPECT_EQ(find(text).size(), 1U);
    text.append(Index::max_text, ' ');
    EXPECT_EQ(find(text), Names{});
}

// The same questions to the index and to a plain list, while files come and go.
TEST_F(Indexed, AgreesWithAPlainListThroughAnyChange) {
    std::mt19937 random(7);
    const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
    const auto word = [&] { return std::string(1, static_cast<char>('a' + std::min(pick(26), pick(26)))); };
    std::map<std::filesystem::path, SharedFile> list;
    std::vector<Index::FileId> ids;
    for (int step = 0; step < 20'000; ++step) {
        const std::string path = "/s/" + word() + ' ' + word() + ' ' + word();
        if (pick(5) < 2 || (step > 10'000 && step < 13'000)) {  // now and then many more go than come
            index_.remove(path);
            list.erase(path);
        } else {
            const SharedFile file = file_at(path, pick(1000), pick(50));
            ids.push_back(index_.add(file));
            list.insert_or_assign(path, file);
        }
        if (step % 50 != 0) {
            continue;
        }
        ASSERT_EQ(index_.files(), list.size());
        const std::string one = word();
        const std::string two = word();
        Names expected;
        for (const auto& [at, file] : list) {
            if (file.name.find(one) != std::string::npos && file.name.find(two) != std::string::npos) {
                expected.push_back(file.name);
            }
        }
        ASSERT_EQ(find(one + ' ' + two, 100'000), expected);  // all names are of one length: ordered by name
        const Urn urn = urn_of(pick(50));
        const auto same = [&](const auto& entry) { return entry.second.urn == urn; };
        ASSERT_EQ(find_urn(urn, 100'000).size(), static_cast<std::size_t>(std::ranges::count_if(list, same)));
    }
    std::uint64_t bytes = 0;
    for (const auto& [at, file] : list) {
        bytes += file.size;
        EXPECT_EQ(find_exact(file.name), Names{file.name});
    }
    EXPECT_EQ(index_.bytes(), bytes);
    const auto there = std::ranges::count_if(ids, [&](auto id) { return index_.file(id) != nullptr; });
    EXPECT_EQ(static_cast<std::size_t>(there), list.size());
}

TEST_F(Indexed, FilesAreFoundByTheirNumberAndName) {
    const auto id = add("/s/one.txt");
    add("/s/two.txt");
    ASSERT_NE(index_.find_indexed(static_cast<std::uint32_t>(id), "one.txt"), nullptr);
    EXPECT_EQ(index_.find_indexed(static_cast<std::uint32_t>(id), "two.txt"), nullptr);
    EXPECT_EQ(index_.find_indexed(static_cast<std::uint32_t>(id), "One.txt"), nullptr);
    EXPECT_EQ(index_.find_indexed(static_cast<std::uint32_t>(id) + 2, "one.txt"), nullptr);
    EXPECT_EQ(index_.find_indexed(0, ""), nullptr);
    index_.remove("/s/one.txt");
    EXPECT_EQ(index_.find_indexed(static_cast<std::uint32_t>(id), "one.txt"), nullptr);
}

TEST_F(Indexed, FilesAreListedAPageAtATimeWhileSomeGo) {
    for (const char* path : {"/s/a", "/s/b", "/s/c", "/s/d"}) {
        add(path);
    }
    std::vector<Index::FileId> page;
    index_.list(0, 2, page);
    EXPECT_EQ(names(page), (Names{"a", "b"}));
    index_.remove("/s/b");
    index_.remove("/s/c");
    const auto last = page.back();
    page.clear();
    index_.list(last, 2, page);
    EXPECT_EQ(names(page), Names{"d"});
}

}  // namespace
}  // namespace gnutella::share
