<?php
/** What WordPress includes where the theme wants comments. */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

if ( belowline_is_open( get_post() ) ) {
	belowline_render( get_post() );
}
