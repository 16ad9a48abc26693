<?php
/**
 * Plugin Name: Belowline
 * Description: Puts a Belowline thread in place of WordPress's comments; readers without script find it too.
 * Version:     1.0.0
 * Requires at least: 6.0
 * Requires PHP: 7.4
 * License:     MIT
 *
 * Copy this file and thread.php into wp-content/plugins/belowline/, activate it, and write into wp-config.php:
 *
 *     define( 'BELOWLINE_SERVICE', 'https://comments.news.example' );
 *     define( 'BELOWLINE_SITE', 'news' );
 *
 * Optional: define( 'BELOWLINE_INCLUDE', true ) has this server put the thread itself into the page, so that it is
 * read before any script has run. It is asked for at most once a minute and page.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const BELOWLINE_REMEMBER_SECONDS = 60;
const BELOWLINE_WAIT_SECONDS     = 2;

/** Address of the service without a slash at its end, or '' while the plugin is not set up. */
function belowline_service() {
	return defined( 'BELOWLINE_SERVICE' ) && defined( 'BELOWLINE_SITE' ) ? untrailingslashit( BELOWLINE_SERVICE ) : '';
}

/** What all requests for a post's thread ask for. */
function belowline_query( $post, $more = array() ) {
	$asked = array(
		'site' => BELOWLINE_SITE,
		'page' => get_permalink( $post ),
		'lang' => strtok( get_bloginfo( 'language' ), '-' ),
	);
	return belowline_service() . '/thread?' . http_build_query( $asked + $more, '', '&', PHP_QUERY_RFC3986 );
}

/** The thread as HTML of the service, escaped there; '' when it does not answer in time. */
function belowline_included( $post ) {
	if ( ! defined( 'BELOWLINE_INCLUDE' ) || ! BELOWLINE_INCLUDE ) {
		return '';
	}
	$name = 'belowline_' . md5( get_permalink( $post ) );
	$kept = get_transient( $name );
	if ( false !== $kept ) {
		return $kept;
	}
	$address = belowline_query( $post, array( 'fragment' => 1 ) );
	$answer  = wp_safe_remote_get( $address, array( 'timeout' => BELOWLINE_WAIT_SECONDS ) );
	$html    = 200 === wp_remote_retrieve_response_code( $answer ) ? wp_remote_retrieve_body( $answer ) : '';
	set_transient( $name, $html, BELOWLINE_REMEMBER_SECONDS );
	return $html;
}

/** The thread of a post, in place of the theme's comments template. */
function belowline_render( $post ) {
	$html = belowline_included( $post );
	printf(
		'<div id="comments" data-page="%s" data-lang="%s">%s</div>',
		esc_attr( get_permalink( $post ) ),
		esc_attr( strtok( get_bloginfo( 'language' ), '-' ) ),
		// phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- made and escaped by the service.
		'' !== $html ? $html : sprintf(
			'<noscript><a href="%s">%s</a></noscript>',
			esc_url( belowline_query( $post ) ),
			esc_html__( 'Comments' )
		)
	);
	printf(
		'<script async src="%s" data-site="%s"></script>',
		esc_url( belowline_service() . '/embed.js' ),
		esc_attr( BELOWLINE_SITE )
	);
}

/** A post whose comments are closed in WordPress has no thread and no form, here as there. */
function belowline_is_open( $post ) {
	return '' !== belowline_service() && $post && 'publish' === $post->post_status && 'open' === $post->comment_status
		&& ! post_password_required( $post );
}

add_filter(
	'comments_template',
	function ( $template ) {
		return '' === belowline_service() ? $template : __DIR__ . '/thread.php';
	},
	100
);

// WordPress's own way in is closed, or there were two threads.
add_filter(
	'pre_comment_on_post',
	function () {
		if ( '' !== belowline_service() ) {
			wp_die( esc_html__( 'Sorry, comments are closed for this item.' ), '', array( 'response' => 403 ) );
		}
	}
);
add_filter(
	'rest_allow_anonymous_comments',
	function ( $allowed ) {
		return '' === belowline_service() && $allowed;
	}
);

// The number beside a title in a list of posts; the loader fills it.
add_filter(
	'comments_number',
	function ( $text ) {
		if ( '' === belowline_service() ) {
			return $text;
		}
		return sprintf( '<span data-belowline-count="%s">%s</span>', esc_attr( get_permalink() ), esc_html( $text ) );
	}
);

add_action(
	'wp_enqueue_scripts',
	function () {
		if ( '' === belowline_service() ) {
			return;
		}
		wp_dequeue_script( 'comment-reply' );
		if ( defined( 'BELOWLINE_INCLUDE' ) && BELOWLINE_INCLUDE && is_singular() ) {
			// phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion -- the service names its versions.
			wp_enqueue_style( 'belowline', belowline_service() . '/assets/thread.css', array(), null );
		}
	},
	20
);
