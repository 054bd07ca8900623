"""How long do the first fits of a process take, with an empty cache and a full one?"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import skopt_solvers

PEERS = "import sklearn.linear_model, sklearn.datasets, numba"
FITS = """
from sklearn.datasets import load_breast_cancer, load_diabetes
from skopt_solvers import AdvancedLogisticRegression, ProximalLasso
AdvancedLogisticRegression().fit(*load_breast_cancer(return_X_y=True))
ProximalLasso().fit(*load_diabetes(return_X_y=True))
"""
MEASURE = """
import time
begun = time.perf_counter()
{peers}
imported = time.perf_counter()
{fits}
print(imported - begun, time.perf_counter() - imported)
"""


def seconds(folder):
    """Importing scikit-learn and numba; then this package and both first fits."""
    parent = str(Path(skopt_solvers.__file__).parents[1])
    environment = {**os.environ, "NUMBA_CACHE_DIR": folder, "PYTHONPATH": parent}
    script = MEASURE.format(peers=PEERS, fits=FITS)
    command = [sys.executable, "-c", script]
    output = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    )
    return map(float, output.stdout.split())


with tempfile.TemporaryDirectory() as folder:
    for name in ("empty cache", "full cache"):
        imports, fits = seconds(folder)
        print(f"{name:11s} scikit-learn, numba {imports:.2f} s, both fits {fits:.2f} s")
