#include "temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>

namespace gnut {

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "gnut-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::filesystem::filesystem_error(
            "no temporary folder can be made; set TMPDIR to one that can be written", name,
            std::error_code(errno, std::generic_category()));
    }
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace gnut
