#include "temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace gnut {

TemporaryFolder::TemporaryFolder() {
    std::error_code unusable;
    const auto where = std::filesystem::temp_directory_path(unusable);
    std::string name = (where / "gnut-XXXXXX").string();
    if (unusable || ::mkdtemp(name.data()) == nullptr) {
        const std::string reason = (unusable ? unusable : std::error_code(errno, std::generic_category())).message();
        throw std::runtime_error((where.empty() ? "TMPDIR" : where.string()) + ": no temporary folder can be made (" +
                                 reason + "); set TMPDIR to a folder that can be written");
    }
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace gnut
