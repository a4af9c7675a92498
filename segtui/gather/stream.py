"""stub"""
from dataclasses import dataclass
@dataclass
class Streamed:
    lines: object
    going: object
def stream(*a): raise NotImplementedError
