"""The README's Python blocks run, in order, as one program each for blocking and asynchronous."""

import asyncio
import re
from pathlib import Path
from typing import Any

from person import agree

README = Path(__file__).parent.parent / "README.md"


def test_every_block_of_the_readme_runs(up: dict[str, Any], capsys: Any) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    names: dict[str, Any] = {"redirect": lambda link: agree(link, up["twin_api_keys"][1])}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
        if "main" in names:
            asyncio.run(names.pop("main")())
    assert "invalid_arguments" in capsys.readouterr().out
