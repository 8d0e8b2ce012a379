"""`python -m tests.cli.unpack FOLDER`: lay out version 2 of the aws command line from the package that AWS makes of it.

The package is for functions in AWS's cloud: a wheel, in it a tarball, in that an archive with the program as it is
installed anywhere.  FOLDER/package holds the wheel's files; afterwards FOLDER/bin/aws is the program.
"""

import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

WHEEL_FILES = "aws_cdk/asset_awscli_v2/_jsii/asset-awscli-v2@*.jsii.tgz"
ARCHIVE = "package/lib/layer.zip"


def unpack(folder: Path) -> None:
    """Leave the program alone in the folder.  ValueError where the package is not made as it was."""
    (tarball,) = (folder / "package").glob(WHEEL_FILES)
    with tarfile.open(tarball) as outer:
        outer.extract(ARCHIVE, folder, filter="data")
    with zipfile.ZipFile(folder / ARCHIVE) as inner:
        programs = [name for name in inner.namelist() if name.endswith("/dist/aws")]
        if len(programs) != 1:
            raise ValueError(f"One program was looked for, found were {programs}.")
        root = programs[0].removesuffix("aws")
        for name in inner.namelist():
            if name.startswith(root):
                inner.extract(name, folder)
    program = folder / programs[0]
    program.chmod(0o755)
    (folder / "bin").mkdir()
    (folder / "bin" / "aws").symlink_to(Path("..") / programs[0])
    shutil.rmtree(folder / "package")


if __name__ == "__main__":
    unpack(Path(sys.argv[1]))
