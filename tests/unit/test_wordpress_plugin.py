"""The WordPress plugin, run by a real PHP over the few functions of WordPress that it calls."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[2] / "deploy/wordpress"
WORDPRESS = r"""<?php
define('ABSPATH', '/'); define('BELOWLINE_SERVICE', 'https://comments.news.example/'); define('BELOWLINE_SITE', 'news');
if ($argv[1] === 'include') define('BELOWLINE_INCLUDE', true);
$filters = []; $kept = []; $asked = 0;
function add_filter($name, $call, $order = 10) { global $filters; $filters[$name] = $call; }
function add_action($name, $call, $order = 10) { add_filter($name, $call, $order); }
function untrailingslashit($text) { return rtrim($text, '/'); }
function get_bloginfo($what) { return 'tr-TR'; }
function get_permalink($post = null) { return 'https://news.example/?p=1&x="y"'; }
function post_password_required($post) { return false; }
function get_transient($name) { global $kept; return $kept[$name] ?? false; }
function set_transient($name, $value, $seconds) { global $kept; $kept[$name] = $value; }
function wp_safe_remote_get($address, $options) {
  global $asked; $asked++; return ['code' => 200, 'body' => "<section>$address</section>"]; }
function wp_remote_retrieve_response_code($answer) { return $answer['code']; }
function wp_remote_retrieve_body($answer) { return $answer['body']; }
function esc_attr($text) { return htmlspecialchars($text, ENT_QUOTES); }
function esc_url($text) { return htmlspecialchars($text, ENT_QUOTES); }
function esc_html($text) { return htmlspecialchars($text, ENT_QUOTES); }
function esc_html__($text) { return $text; }
function wp_die($text) { throw new Exception($text); }
$post = (object) ['post_status' => 'publish', 'comment_status' => $argv[2]];
function get_post() { global $post; return $post; }
require $argv[3] . '/belowline.php';
for ($time = 0; $time < 2; $time++) require $filters['comments_template']('theme/comments.php');
echo "\nasked $asked";
try { $filters['pre_comment_on_post'](1); echo "\ntaken"; } catch (Exception $refused) { echo "\nrefused"; }
echo "\n", $filters['comments_number']('3 Comments');
"""


def shown(tmp_path: Path, how: str, status: str) -> str:
    php = shutil.which("php")
    if php is None:
        pytest.skip("php is not installed")
    page = tmp_path / "page.php"
    page.write_text(WORDPRESS, encoding="utf-8")
    command = [php, "-d", "error_reporting=-1", "-d", "display_errors=1", str(page), how, status, str(PLUGIN)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert "Warning" not in done.stdout, done.stdout
    return done.stdout


def test_the_thread_stands_in_place_of_the_comments(tmp_path: Path) -> None:
    html = shown(tmp_path, "plain", "open")
    assert 'id="comments" data-page="https://news.example/?p=1&amp;x=&quot;y&quot;" data-lang="tr"' in html
    assert '<script async src="https://comments.news.example/embed.js" data-site="news"></script>' in html
    assert "page=https%3A%2F%2Fnews.example%2F%3Fp%3D1%26x%3D%22y%22" in html
    assert "<noscript>" in html
    assert "asked 0" in html


def test_a_closed_post_has_neither_thread_nor_form(tmp_path: Path) -> None:
    html = shown(tmp_path, "plain", "closed")
    assert "comments.news.example" not in html
    assert "id=" not in html


def test_the_server_includes_the_thread_and_asks_once(tmp_path: Path) -> None:
    html = shown(tmp_path, "include", "open")
    assert html.count("<section>https://comments.news.example/thread?site=news") == 2
    assert "fragment=1</section>" in html
    assert "asked 1" in html
    assert "<noscript>" not in html


def test_wordpress_takes_no_comments_of_its_own_and_counts_ours(tmp_path: Path) -> None:
    html = shown(tmp_path, "plain", "open")
    assert "refused" in html
    assert 'data-belowline-count="https://news.example/?p=1&amp;x=&quot;y&quot;">3 Comments</span>' in html
